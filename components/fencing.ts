import * as pulumi from "@pulumi/pulumi";
import { FenceAccess, FenceClient, KeyPair } from "@qvd-ha/providers/dist/dynamic";
import type { FenceDevice } from "@qvd-ha/providers/dist/fencing/device";
import { externalLibvirt, fenceVirsh } from "@qvd-ha/providers/dist/fencing/device";
import { renderLine } from "@qvd-ha/providers/dist/fencing/access/render";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { publicKeyOf } from "@qvd-ha/providers/dist/ssh/publicKey";
import type { HypervisorSettings, Timers } from "./config";
import { PacemakerLocation } from "./constraints";
import { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface FencedNode {
  readonly name: string;
  /** Name of its libvirt domain. */
  readonly domain: string;
  readonly hypervisor: HypervisorSettings;
  /** Address it comes from when it fences. */
  readonly address: string;
}

interface Key {
  readonly publicKey: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

export interface FencingArgs {
  readonly agent: "fence_virsh" | "external/libvirt";
  readonly nodes: readonly FencedNode[];
  /** The cluster's nodes. */
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
  /** Logs in to the hypervisors to install the fence key; where it is missing, or the hypervisor's `manageFenceKey` is off, the operator gets told. */
  readonly hypervisorPrivateKey?: pulumi.Input<string>;
  /** Whether the nodes get a key of their own; else root's own ssh is used as it is, and nothing is installed. */
  readonly manageKey: boolean;
  /** @default a key pair is made */
  readonly privateKey?: pulumi.Input<string>;
  readonly timers: Timers["fencing"];
}

/**
 * STONITH by libvirt (HOWTO section 10.3): a key of its own that may only power the cluster's domains, a fence device per node, and none runs on the node it fences.
 */
export class Fencing extends pulumi.ComponentResource {
  readonly devices: readonly PacemakerPrimitive[];
  readonly locations: readonly PacemakerLocation[];
  /** What must be there before a fence device can work. Not the component itself: the primitives below it are awaited after the configuration. */
  readonly ready: readonly pulumi.Resource[];
  /** The key's public half, for a hypervisor that the program may not log in to. */
  readonly publicKey?: pulumi.Output<string>;

  constructor(name: string, args: FencingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:fencing:Libvirt", name, {}, opts);
    const hypervisors = [...new Map(args.nodes.map((n) => [n.hypervisor.name, n.hypervisor])).values()];
    const key = args.manageKey ? fenceKey(this) : undefined;
    this.publicKey = key?.publicKey;
    const access = key ? hypervisors.flatMap((h) => installKey(this, h, key)) : [];
    this.ready = key ? [...access, installClient(this, key, access)] : [];
    const described = args.nodes.map(describe);
    this.devices = described.map((d, i) => createDevice(this, (args.nodes[i] as FencedNode).name, d));
    this.locations = args.nodes.map(
      (n) =>
        new PacemakerLocation(
          `l_fence_${n.name}`,
          { resource: `p_fence_${n.name}`, node: n.name, score: "-INFINITY" },
          { parent: this },
        ),
    );
    this.registerOutputs({ publicKey: this.publicKey });

    function fenceKey(parent: pulumi.Resource): Key {
      if (args.privateKey === undefined) return new KeyPair(`${name}-key`, { comment: `${name} fencing` }, { parent });
      const privateKey = pulumi.secret(args.privateKey);
      return { privateKey, publicKey: pulumi.unsecret(privateKey.apply(publicKeyOf)) };
    }

    /** After the hypervisors: a key that was exchanged must open there before the nodes have nothing else. */
    function installClient(parent: pulumi.Resource, key: Key, dependsOn: pulumi.Resource[]): pulumi.Resource {
      return new FenceClient(
        `${name}-client`,
        {
          connections: args.connections,
          hypervisors: hypervisors.map(({ name: host, address, port, hostKey }) => ({
            name: host,
            address,
            port,
            hostKey,
          })),
          privateKey: pulumi.secret(key.privateKey),
        },
        { parent, dependsOn },
      );
    }

    function installKey(parent: pulumi.Resource, h: HypervisorSettings, key: Key): pulumi.Resource[] {
      const domains = args.nodes.filter((n) => n.hypervisor.name === h.name).map((n) => n.domain);
      const allowFrom = args.nodes.map((n) => n.address);
      // external/libvirt wants a shell: a key that may do everything is given by a person, never by a program.
      if (args.agent === "external/libvirt" || !h.manageFenceKey || args.hypervisorPrivateKey === undefined) {
        tellOperator(h, key, domains, allowFrom);
        return [];
      }
      const installed = new FenceAccess(
        `${name}-access-${h.name}`,
        {
          connections: {
            [h.name]: {
              host: h.address,
              port: h.port,
              user: h.user,
              hostKey: h.hostKey,
              privateKey: args.hypervisorPrivateKey,
            },
          },
          publicKey: key.publicKey,
          domains,
          authorizedKeysFile: h.authorizedKeysFile,
          libvirtUri: h.localUri,
          commandPath: h.fenceCommand,
          allowFrom,
        },
        { parent },
      );
      return [installed];
    }

    function tellOperator(h: HypervisorSettings, key: Key, domains: string[], allowFrom: string[]): void {
      key.publicKey.apply((publicKey) => {
        const line =
          args.agent === "external/libvirt"
            ? publicKey
            : renderLine({ publicKey, commandPath: h.fenceCommand, allowFrom });
        const command =
          args.agent === "external/libvirt" ? "" : `, with the forced command for ${domains.join(" and ")}`;
        return pulumi.log.warn(
          `${h.name}: put this line into ${h.authorizedKeysFile} by hand${command} (docs/fencing.md): ${line}`,
        );
      });
    }

    function describe(n: FencedNode): FenceDevice {
      const device = args.agent === "fence_virsh" ? fenceVirsh : externalLibvirt;
      return device({
        node: n.name,
        domain: n.domain,
        address: n.hypervisor.address,
        port: n.hypervisor.port,
        username: n.hypervisor.user,
        timeoutSeconds: args.timers.off,
      });
    }

    function createDevice(parent: pulumi.Resource, node: string, { agent, params }: FenceDevice): PacemakerPrimitive {
      const { start, monitor } = args.timers;
      return new PacemakerPrimitive(
        `p_fence_${node}`,
        {
          agent: `stonith:${agent}`,
          params,
          operations: [
            { name: "start", interval: 0, timeout: start },
            { name: "monitor", interval: monitor.interval, timeout: monitor.timeout },
          ],
        },
        { parent },
      );
    }
  }
}

import * as pulumi from "@pulumi/pulumi";
import { FenceAccess, FenceClient, FenceLink, KeyPair } from "@qvd-ha/providers/dist/dynamic";
import { renderLine } from "@qvd-ha/providers/dist/fencing/access/render";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { publicKeyOf } from "@qvd-ha/providers/dist/ssh/publicKey";
import type { HypervisorSettings, Secrets, Settings } from "./config";
import { ipOf } from "./config";
import { domainOf, hypervisorOf } from "./fenceDevices";

interface Key {
  readonly publicKey: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

export interface FenceKeyArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The cluster's nodes. */
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
}

/** What libvirt's agents need before they work, made below `parent`. */
export interface FenceKey {
  /** The key's public half, for a hypervisor that the program may not log in to; none where root's own ssh is used. */
  readonly publicKey?: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** A key of its own that may only power the cluster's domains: on the hypervisors its forced command, on the nodes the key and the host keys that it may meet. */
export function fenceKey(
  parent: pulumi.Resource,
  name: string,
  { settings, secrets, connections }: FenceKeyArgs,
): FenceKey {
  const { agent, manageKey, persistent, startAfter } = settings.fencing;
  if (!manageKey) return { ready: [] };
  const nodes = settings.nodes.map((n) => ({ ...n, runsOn: hypervisorOf(settings, n) as HypervisorSettings }));
  const hypervisors = [...new Map(nodes.map((n) => [n.runsOn.name, n.runsOn])).values()];
  const key = createKey();
  const access = hypervisors.flatMap(installKey);
  return { publicKey: key.publicKey, ready: [...access, ...prepareNodes()] };

  function createKey(): Key {
    if (secrets.fencePrivateKey === undefined)
      return new KeyPair(`${name}-key`, { comment: `${name} fencing` }, { parent });
    const privateKey = pulumi.secret(secrets.fencePrivateKey);
    return { privateKey, publicKey: pulumi.unsecret(privateKey.apply(publicKeyOf)) };
  }

  /** After the hypervisors: a key that was exchanged must open there before the nodes have nothing else. */
  function installClient(): pulumi.Resource {
    return new FenceClient(
      `${name}-client`,
      {
        connections,
        hypervisors: hypervisors.map(({ name: host, address, port, hostKey }) => ({
          name: host,
          address,
          port,
          hostKey,
        })),
        privateKey: pulumi.secret(key.privateKey),
      },
      { parent, dependsOn: access },
    );
  }

  function prepareNodes(): pulumi.Resource[] {
    const client = installClient();
    if (!persistent) return [client];
    const ends = hypervisors.map((h) => ({ name: h.name, user: h.user }));
    const dependsOn = [client, ...access];
    return [client, new FenceLink(`${name}-link`, { connections, hypervisors: ends }, { parent, dependsOn })];
  }

  function installKey(h: HypervisorSettings): pulumi.Resource[] {
    const domains = nodes.filter((n) => n.runsOn.name === h.name).map(domainOf);
    const allowFrom = nodes.map((n) => ipOf(n.lan));
    // external/libvirt wants a shell: a key that may do everything is given by a person, never by a program.
    if (agent === "external/libvirt" || !h.manageFenceKey || secrets.hypervisorPrivateKey === undefined) {
      tellOperator(h, domains, allowFrom);
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
            privateKey: secrets.hypervisorPrivateKey,
          },
        },
        publicKey: key.publicKey,
        domains,
        authorizedKeysFile: h.authorizedKeysFile,
        libvirtUri: h.localUri,
        commandPath: h.fenceCommand,
        allowFrom,
        ...(startAfter === undefined ? {} : { startAfterSeconds: startAfter }),
      },
      { parent },
    );
    return [installed];
  }

  function tellOperator(h: HypervisorSettings, domains: string[], allowFrom: string[]): void {
    key.publicKey.apply((publicKey) => {
      const line =
        agent === "external/libvirt" ? publicKey : renderLine({ publicKey, commandPath: h.fenceCommand, allowFrom });
      const command = agent === "external/libvirt" ? "" : `, with the forced command for ${domains.join(" and ")}`;
      return pulumi.log.warn(
        `${h.name}: put this line into ${h.authorizedKeysFile} by hand${command} (docs/fencing.md): ${line}`,
      );
    });
  }
}

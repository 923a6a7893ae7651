import * as pulumi from "@pulumi/pulumi";
import { FenceSecret } from "@qvd-ha/providers/dist/dynamic";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Secrets, Settings } from "./config";
import { FENCE_SECRETS } from "./config/secrets";
import { PacemakerLocation } from "./constraints";
import type { FenceLevel, NodeDevice } from "./fenceDevices";
import { fenceLevels } from "./fenceDevices";
import { fenceKey } from "./fenceKey";
import { PacemakerFencingLevel } from "./fencingLevel";
import { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface FencingArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The cluster's nodes. */
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
}

/**
 * STONITH (HOWTO section 10.3): a fence device per node and kind, none of which runs on the node that it fences, and what the agents need on nodes and hypervisors.
 * With several kinds, levels say which is tried first.
 */
export class Fencing extends pulumi.ComponentResource {
  /** What was configured, in the order in which it is tried. */
  readonly kinds: readonly FenceLevel[];
  readonly devices: readonly PacemakerPrimitive[];
  readonly locations: readonly PacemakerLocation[];
  /** Empty with one kind. */
  readonly levels: readonly PacemakerFencingLevel[];
  /** What must be there before a fence device can work. Not the component itself: the primitives below it are awaited after the configuration. */
  readonly ready: readonly pulumi.Resource[];
  /** The key's public half, for a hypervisor that the program may not log in to. */
  readonly publicKey?: pulumi.Output<string>;

  constructor(name: string, args: FencingArgs, opts?: pulumi.ComponentResourceOptions) {
    // The type is from when there was libvirt alone; it stands in every stack's URNs.
    super("qvd:fencing:Libvirt", name, {}, opts);
    const { settings, secrets, connections } = args;
    const parent = { parent: this };
    this.kinds = fenceLevels(settings);
    const all = this.kinds.flatMap((k) => k.devices);

    const key = this.kinds.some((k) => k.kind === "libvirt") ? fenceKey(this, name, args) : { ready: [] };
    this.publicKey = key.publicKey;
    this.ready = [...key.ready, ...this.kinds.flatMap(installSecret)];
    this.devices = all.map(createDevice);
    this.locations = all.map(
      (d) => new PacemakerLocation(d.location, { resource: d.id, node: d.node, score: "-INFINITY" }, parent),
    );
    this.levels = this.kinds.length > 1 ? this.kinds.flatMap(createLevels) : [];
    this.registerOutputs({ publicKey: this.publicKey });

    function installSecret({ kind }: FenceLevel): FenceSecret[] {
      if (kind === "libvirt" || kind === "sbd") return [];
      const secret = secrets[FENCE_SECRETS[kind]];
      if (secret === undefined)
        throw new pulumi.RunError(`${FENCE_SECRETS[kind]} is missing: fencing by ${kind} proves itself with it`);
      return [
        new FenceSecret(`${name}-secret-${kind}`, { connections, of: kind, secret: pulumi.secret(secret) }, parent),
      ];
    }

    function createDevice({ id, agent, params }: NodeDevice): PacemakerPrimitive {
      const { start, monitor } = settings.timers.fencing;
      return new PacemakerPrimitive(
        id,
        {
          agent: `stonith:${agent}`,
          params,
          operations: [
            { name: "start", interval: 0, timeout: start },
            { name: "monitor", interval: monitor.interval, timeout: monitor.timeout },
          ],
        },
        parent,
      );
    }

    function createLevels({ index, devices }: FenceLevel): PacemakerFencingLevel[] {
      return devices.map(
        ({ node, id }) =>
          new PacemakerFencingLevel(`fl_${node}_${index}`, { target: node, index, devices: [id] }, parent),
      );
    }
  }
}

import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Replication } from "@qvd-ha/providers/dist/dynamic";
import { deviceOf } from "@qvd-ha/providers/dist/drbd/spec";
import type { Connection } from "@qvd-ha/providers/dist/remote";

export interface DrbdResourceArgs {
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
  /** By node name: where replication listens, and the disk, by its serial. */
  readonly nodes: Readonly<Record<string, { address: string; disk: { serial: string; minimumBytes: number } }>>;
  /** @default "postgres" */
  readonly resource: string;
  readonly port: number;
  readonly rate: string;
  readonly minimumRate: string;
  readonly fillTarget: string;
  readonly verifyAlgorithm: "crc32c" | "sha1" | "md5" | "sha256";
  readonly initialSync: "skip" | "full";
  /** Serial of a disk whose content may be destroyed. The only way past the blank-disk check. */
  readonly overwrite?: string;
  /** Longest time the cluster may need to fence, in seconds; DRBD's handler waits longer than that. */
  readonly fenceTimeout: number;
  /** @default one whose time-outs follow from `fenceTimeout` */
  readonly fenceHandler?: string;
  /** Seconds that a start by hand waits for the peer, and for one that was degraded already. */
  readonly startup: { readonly wfcTimeout: number; readonly degradedWfcTimeout: number };
  /** Seconds. @default DRBD's own, 10 */
  readonly pingInterval?: number;
  /** Milliseconds. @default DRBD's own, 500 */
  readonly pingTimeout?: number;
  /** Milliseconds. @default DRBD's own, 6000 */
  readonly timeout?: number;
  readonly dataPolicy: "keep" | "destroy";
  /** @default generated, 40 characters */
  readonly sharedSecret?: pulumi.Input<string>;
}

/** The replicated disk (HOWTO sections 6 and 7): a DRBD resource over both nodes, up to date on both, with XFS on it. */
export class DrbdResource extends pulumi.ComponentResource {
  /** The device as everybody else names it. */
  readonly device: pulumi.Output<string>;

  constructor(name: string, args: DrbdResourceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:drbd:Resource", name, {}, opts);
    const sharedSecret =
      args.sharedSecret ??
      new random.RandomPassword(`${name}-secret`, { length: 40, special: false }, { parent: this }).result;
    new Replication(
      `${name}-replication`,
      {
        connections: args.connections,
        resource: args.resource,
        port: args.port,
        nodes: args.nodes,
        rate: args.rate,
        minimumRate: args.minimumRate,
        fillTarget: args.fillTarget,
        verifyAlgorithm: args.verifyAlgorithm,
        initialSync: args.initialSync,
        overwrite: args.overwrite ? [args.overwrite] : [],
        fencePeerTimeoutSeconds: args.fenceTimeout + 60,
        startup: {
          wfcTimeoutSeconds: args.startup.wfcTimeout,
          degradedWfcTimeoutSeconds: args.startup.degradedWfcTimeout,
        },
        ...options(),
        dataPolicy: args.dataPolicy,
        sharedSecret: pulumi.secret(sharedSecret),
      },
      { parent: this, protect: args.dataPolicy === "keep" },
    );
    // Known before the resource is made: what depends on it can be foreseen in a preview.
    this.device = pulumi.output(deviceOf(args));
    this.registerOutputs({ device: this.device });

    /** Nothing where nothing is given: an empty section is another input than none. */
    function options(): { options?: Record<string, Record<string, string>> } {
      const { fenceHandler, pingInterval, pingTimeout, timeout } = args;
      const net = {
        ...(pingInterval === undefined ? {} : { "ping-int": String(pingInterval) }),
        ...(pingTimeout === undefined ? {} : { "ping-timeout": String(pingTimeout / 100) }),
        ...(timeout === undefined ? {} : { timeout: String(timeout / 100) }),
      };
      const sections = {
        ...(fenceHandler === undefined ? {} : { handlers: { "fence-peer": fenceHandler } }),
        ...(Object.keys(net).length === 0 ? {} : { net }),
      };
      return Object.keys(sections).length === 0 ? {} : { options: sections };
    }
  }
}

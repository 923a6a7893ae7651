import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Membership } from "@qvd-ha/providers/dist/dynamic";
import type { Connection } from "@qvd-ha/providers/dist/remote";

export interface CorosyncRingArgs {
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
  readonly clusterName: string;
  /** By node name; the order gives the node ids. */
  readonly nodes: Readonly<Record<string, { nodeId: number; ring0: string; ring1?: string }>>;
  /** Silence after which a node counts as lost, in milliseconds. */
  readonly token: number;
  /** How long to agree on that, in milliseconds. @default Corosync's own, 1.2 times the token */
  readonly consensus?: number;
  readonly linkMode: "passive" | "active";
  /** Base64 of 128 to 4096 bytes. @default generated, 256 bytes */
  readonly authkey?: pulumi.Input<string>;
  /** A third vote, whose host and nodes know each other already. @default none: two nodes, of which either alone has quorum */
  readonly device?: { host: string; port: number; algorithm: "ffsplit" | "lms"; timeout: number; syncTimeout: number };
  /** Consent to a cluster with one ring only. */
  readonly oneRing: boolean;
}

/** The cluster's membership (HOWTO section 9): Corosync over two encrypted links, Pacemaker on it, both nodes online. */
export class CorosyncRing extends pulumi.ComponentResource {
  constructor(name: string, args: CorosyncRingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:corosync:Ring", name, {}, opts);
    const authkey = args.authkey ?? generate(this);
    const { connections, clusterName, nodes, token, consensus, linkMode, oneRing } = args;
    const ring = { connections, clusterName, nodes, token, linkMode, oneRingConsent: oneRing };
    new Membership(
      `${name}-membership`,
      {
        ...ring,
        ...(consensus === undefined ? {} : { consensus }),
        authkey: pulumi.secret(authkey),
        ...(args.device === undefined ? {} : { device: args.device, twoNode: false }),
      },
      { parent: this },
    );
    this.registerOutputs({ clusterName });

    function generate(parent: pulumi.Resource): pulumi.Output<string> {
      // Not RandomBytes: it shows the bytes as its id, which the state keeps in plain text.
      const random256 = new random.RandomPassword(`${name}-authkey`, { length: 256, special: false }, { parent });
      return random256.result.apply((text) => Buffer.from(text).toString("base64"));
    }
  }
}

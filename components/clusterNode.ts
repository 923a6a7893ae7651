import * as pulumi from "@pulumi/pulumi";
import { NodePreparation } from "@qvd-ha/providers/dist/dynamic";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { OsName } from "@qvd-ha/providers/dist/os";

export interface ClusterNodeArgs {
  readonly connection: pulumi.Input<Connection>;
  readonly os: OsName;
  /** Lines for /etc/hosts; the same on every node, so that names work without DNS. */
  readonly hosts: readonly { address: string; names: string[] }[];
  readonly time: { servers: string[]; exception?: string };
  readonly repository?: { lines: string[]; keyring?: string };
  /** Packages beside those that every node needs. */
  readonly packages?: readonly string[];
  /** What root's `psql` uses for the database address. */
  readonly pgpass: { host: string; port: number; database: string; user: string; password: pulumi.Input<string> };
  /** How long the machine may take to answer, in seconds. */
  readonly bootTimeout: number;
}

/** A machine made ready for the cluster (HOWTO sections 2 to 5), whoever made the machine. */
export class ClusterNode extends pulumi.ComponentResource {
  constructor(nodeName: string, args: ClusterNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:node:ClusterNode", nodeName, {}, opts);
    const { connection, os, hosts, time, repository, packages, pgpass, bootTimeout } = args;
    new NodePreparation(
      `${nodeName}-prepared`,
      {
        connections: { [nodeName]: connection },
        name: nodeName,
        os,
        hosts: [...hosts],
        time,
        repository,
        packages: [...(packages ?? [])],
        pgpass,
        bootTimeoutSeconds: bootTimeout,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

import * as pulumi from "@pulumi/pulumi";
import { DataDirectory } from "@qvd-ha/providers/dist/dynamic";
import type { OsName } from "@qvd-ha/providers/dist/os";
import { clientRules } from "@qvd-ha/providers/dist/postgres/access";
import { accessRules } from "@qvd-ha/providers/dist/postgres/clients";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { serverOf } from "./server";

export interface PostgresInstanceArgs {
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
  /** Address of each node on the clients' network, by node name. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly os: OsName;
  /** Major version whose programs serve. @default the operating system's own */
  readonly version?: string;
  /** The node that gets the data first; the other one then proves that it can serve, too. */
  readonly seedNode: string;
  readonly drbdResource: string;
  readonly device: pulumi.Input<string>;
  readonly mountPoint: string;
  /** As in mount -o; empty for the defaults. */
  readonly mountOptions: string;
  /** The floating address, without prefix length. */
  readonly address: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: pulumi.Input<string>;
  readonly authentication: "scram-sha-256" | "md5";
  /** Networks that may log in: the QVD servers, the nodes, the database address. */
  readonly clients: readonly string[];
  /** Lines of pg_hba.conf that come before the clients'. */
  readonly access?: readonly string[];
  readonly connectionLimit?: number;
  readonly encoding: string;
  readonly locale: string;
  readonly checksums: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** What Pacemaker updates at each monitor. */
  readonly monitor: { readonly schema: string; readonly table: string; readonly role: string };
  readonly logFile: string;
  /** With `keep`, Pulumi refuses to delete or replace the data directory. */
  readonly dataPolicy: "keep" | "destroy";
  /** Pacemaker's names for what takes over. @default those of the standard layout */
  readonly primitives?: { readonly postgres: string; readonly drbd: string };
}

/** The database itself (HOWTO sections 7 and 8): seeded on one node, proved on the other, then left to the cluster. */
export class PostgresInstance extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:postgres:Instance", name, {}, opts);
    const { version, binDir, psql, user: osUser } = serverOf(args.os, args.version);
    const { database, user, authentication } = args;
    new DataDirectory(
      `${name}-data`,
      {
        connections: args.connections,
        seedNode: args.seedNode,
        addresses: args.addresses,
        version: String(version),
        binDir,
        psql,
        osUser,
        drbdResource: args.drbdResource,
        device: args.device,
        mountPoint: args.mountPoint,
        mountOptions: args.mountOptions,
        address: args.address,
        port: args.port,
        authentication,
        settings: args.settings,
        monitor: args.monitor,
        logFile: args.logFile,
        hba: accessRules(args.access, clientRules(args.clients, database, user, authentication)),
        database: { name: database, owner: user, encoding: args.encoding, locale: args.locale },
        role: {
          name: user,
          password: args.password,
          ...(args.connectionLimit === undefined ? {} : { connectionLimit: args.connectionLimit }),
        },
        checksums: args.checksums,
        ...(args.primitives === undefined ? {} : { primitives: args.primitives }),
      },
      { parent: this, protect: args.dataPolicy === "keep" },
    );
    this.registerOutputs({ database, user });
  }
}

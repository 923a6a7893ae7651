import { z } from "zod";
import { connectionsSchema } from "../remote";
import { hbaRuleSchema, identSchema, withOwnIdent, withOwnRules } from "./access";
import { defaultSettings, settingsSchema } from "./settings";

const databaseSchema = z.strictObject({
  /** Default: qvddb. */
  name: z.string().default("qvddb"),
  /** Must own the database: QVD's deployment alters it. Default: qvd. */
  owner: z.string().default("qvd"),
  /** Default: UTF8. */
  encoding: z.string().default("UTF8"),
  /** Collation and character type. Default: C.UTF-8, the same on every distribution, so an upgrade of libc cannot break an index. */
  locale: z.string().default("C.UTF-8"),
});

const roleSchema = z.strictObject({
  /** Default: qvd. */
  name: z.string().default("qvd"),
  /** Secret. QVD writes it into URLs and a properties file unescaped, so letters, digits, `_` and `-` alone. */
  password: z.string(),
  /** Connections at once; -1 for no limit of its own. Default: `max_connections` less the slots kept for the monitor and the operator. */
  connectionLimit: z.number().int().min(-1).optional(),
});

/** What Pacemaker's agent updates at each monitor. A schema of its own: a foreign table in `public` breaks QVD's schema updates. */
const monitorSchema = z.strictObject({
  /** Default: ha. */
  schema: z.string().default("ha"),
  /** Default: pacemaker_monitor. */
  table: z.string().default("pacemaker_monitor"),
  /**
   * Logs in over the local socket, mapped from the server's OS user, without a password. If it is QVD's own role, it logs in as that, and the agent must know
   * its password. Default: ha_monitor.
   */
  role: z.string().default("ha_monitor"),
});

const shape = z.strictObject({
  connections: connectionsSchema,
  /** The node on which data is made, before the cluster decides where it runs. */
  seedNode: z.string().min(1),
  /** Address of each node on the clients' network, by node name: the log-in is tested there. */
  addresses: z.record(z.string(), z.string()),
  /** The database address, which moves with the service. */
  address: z.string().min(1),
  /** TCP port. QVD's clients ignore any other. Default: 5432. */
  port: z.number().int().min(1).max(65535).default(5432),
  /** Major version, as in the data directory's PG_VERSION. Default: 15. */
  version: z.string().default("15"),
  /** Where initdb, pg_ctl, postgres and psql lie; the binaries, not a wrapper. Default: /usr/lib/postgresql/15/bin. */
  binDir: z.string().optional(),
  /** Default: psql of binDir. */
  psql: z.string().optional(),
  /** Runs the server. Default: postgres. */
  osUser: z.string().default("postgres"),
  /** What the server says when it starts, and its log; on the node's own disk. Default: /var/log/postgresql/postgresql-qvd.log. */
  logFile: z.string().default("/var/log/postgresql/postgresql-qvd.log"),
  /** Default: postgres. */
  drbdResource: z.string().default("postgres"),
  /** Default: /dev/drbd/by-res/<drbdResource>/0. */
  device: z.string().optional(),
  /** Default: xfs. */
  fsType: z.string().default("xfs"),
  /** Default: /var/lib/pgsql/data. */
  mountPoint: z.string().default("/var/lib/pgsql/data"),
  /** As in mount -o. Default: noatime. */
  mountOptions: z.string().default("noatime"),
  /** Default: the mount point. */
  dataDirectory: z.string().optional(),
  /** How QVD's clients prove their password; md5 only for QVD nodes whose libpq is older than 10. Default: scram-sha-256. */
  authentication: z.enum(["scram-sha-256", "md5"]).default("scram-sha-256"),
  /** postgresql.conf, whole. What is not given has the defaults of `defaultSettings`. */
  settings: settingsSchema.prefault({}),
  /** pg_hba.conf, whole and in order; the two local rules that the server's own user and the monitor need come first and are added. */
  hba: z.array(hbaRuleSchema),
  /** pg_ident.conf, whole; the monitor's mapping is added. */
  ident: z.array(identSchema).default([]),
  database: databaseSchema.prefault({}),
  role: roleSchema,
  monitor: monitorSchema.prefault({}),
  /** Data checksums. Only initdb can set them. Default: true. */
  checksums: z.boolean().default(true),
  /** Pacemaker's names for what takes over. Default: p_postgres and p_drbd_postgres. */
  primitives: z
    .strictObject({ postgres: z.string().default("p_postgres"), drbd: z.string().default("p_drbd_postgres") })
    .prefault({}),
});

/** Fills in what follows from other properties. Doing it twice changes nothing. */
function complete(given: z.infer<typeof shape>) {
  const binDir = given.binDir ?? `/usr/lib/postgresql/${given.version}/bin`;
  return {
    ...given,
    binDir,
    psql: given.psql ?? `${binDir}/psql`,
    device: given.device ?? `/dev/drbd/by-res/${given.drbdResource}/0`,
    dataDirectory: given.dataDirectory ?? given.mountPoint,
    settings: { ...defaultSettings(given), ...given.settings },
    hba: withOwnRules(given),
    ident: withOwnIdent(given),
  };
}

/**
 * The PostgreSQL server of both nodes: its data on the DRBD device, its files and what QVD needs in it.
 *
 * The structure is strict and the values are lenient, because a hand-made value on a node must fit in, too; `rules` says what may be wished for.
 */
export const schema = shape.transform(complete);

export type PostgresSpec = z.output<typeof schema>;
export type PostgresInput = z.input<typeof schema>;

import { z } from "zod";

/** postgresql.conf by name, lower case; values as the server reads them, without quotes. Numbers and booleans are taken as such. */
export const settingsSchema = z.record(
  z.string(),
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform((v) => (typeof v === "boolean" ? (v ? "on" : "off") : String(v))),
);

export type Settings = Readonly<Record<string, string>>;

/** Slots kept for the superuser, the monitor, a backup and a person, whatever QVD's nodes take. */
export const KEPT_CONNECTIONS = 8;

/**
 * How many connections QVD takes at most: two per QVD node, one per log-in at the same moment, eight each for the API and the user portal.
 * To be used for `settings.max_connections`.
 */
export const maxConnections = (qvdNodes: number, logins: number): number =>
  2 * qvdNodes + logins + 8 + 8 + KEPT_CONNECTIONS;

/** What QVD and a moving service need, and what data safety on DRBD rests on. */
export const defaultSettings = (given: { port: number; authentication: string }): Settings => ({
  listen_addresses: "*",
  port: String(given.port),
  max_connections: "100",
  default_transaction_isolation: "serializable",
  password_encryption: given.authentication,
  // Some of QVD's clients set the zone once per process and lose it when they reconnect after a failover.
  timezone: "UTC",
  log_timezone: "UTC",
  datestyle: "iso, mdy",
  lc_messages: "C",
  // DRBD replicates what was written; these make the server write it.
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  // A client that died with its host must not hold its locks for two hours.
  tcp_keepalives_idle: "60",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "3",
  log_line_prefix: "%m [%p] %q%u@%d ",
});

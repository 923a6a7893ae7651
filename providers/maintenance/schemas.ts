import { z } from "zod";

/** What several parts of the maintenance have in common. */

const PLAIN_PATH = /^\/[A-Za-z0-9._/-]+$/;
export const path = z.string().regex(PLAIN_PATH, "must be an absolute path of plain characters");

/** As in systemd.time(7), in UTC or the node's own zone. */
export const schedule = z
  .string()
  .regex(/^[A-Za-z0-9*:,./~ -]+$/, "must be a calendar event as in systemd.time(7), such as Sat 03:00 or *-*-* 01:30");

/** How many are kept; the newest good one stays in any case. */
export const keepSchema = z.strictObject({
  count: z.number().int().min(1),
  days: z.number().int().min(1),
});

/** DRBD's name of the replicated data; its role says which node is active. */
export const resource = z.string().regex(/^[a-z][a-z0-9_-]*$/, "must be a DRBD resource's name");

const sqlName = z.string().regex(/^[a-z_][a-z0-9_]*$/, "must be a plain SQL name");

/** The server whose data is kept, as its own node and its clients reach it. */
export const serverFields = {
  resource,
  /** Name or address that leads to the node that is active; root's .pgpass has the password. */
  host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "must be a host name or an address"),
  port: z.number().int().min(1).max(65535).default(5432),
  database: sqlName,
  user: sqlName,
  /** Neither kept nor compared: Pacemaker's own table, which the deployment makes. */
  monitorSchema: sqlName.default("ha"),
  dataDirectory: path,
  /** Directory of the server's own programs. */
  bin: path,
  osUser: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/)
    .default("postgres"),
  socketDirectory: path.default("/var/run/postgresql"),
};

/** Where node_exporter's textfile collector looks. */
export const METRICS = "/var/lib/prometheus/node-exporter";

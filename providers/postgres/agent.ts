import type { PostgresSpec } from "./spec";
import { monitorSql } from "./sql";

type Needs = Pick<
  PostgresSpec,
  "binDir" | "psql" | "dataDirectory" | "osUser" | "port" | "monitor" | "logFile" | "settings"
> & { readonly database: Pick<PostgresSpec["database"], "name"> };

/** Stands where the agent wants a password that nobody asks for. */
export const PEER = "peer";

/**
 * Parameters of `ocf:heartbeat:pgsql` for this server.
 *
 * - No `pghost`: the agent makes it the server's `-h`, which then listens there alone.
 * - `pgctl` and `psql` are the binaries: a distribution's Perl wrapper costs a second per monitor on a slow machine.
 * - `monitor_password` is no secret and never checked: the agent refuses a `monitor_user` without one, but the log-in is by peer mapping.
 * - `socketdir` only where the configuration moves the socket: the agent demands it then, and otherwise its check costs two processes per start.
 */
export function agentParams(s: Needs): Record<string, string> {
  const socket = s.settings.unix_socket_directories;
  return {
    pgctl: `${s.binDir}/pg_ctl`,
    psql: s.psql,
    pgdata: s.dataDirectory,
    pgdba: s.osUser,
    pgport: String(s.port),
    pgdb: s.database.name,
    monitor_user: s.monitor.role,
    monitor_password: PEER,
    monitor_sql: monitorSql(s),
    logfile: s.logFile,
    ...(socket ? { socketdir: (socket.split(",")[0] as string).trim() } : {}),
  };
}

import type { Fact } from "@qvd-ha/providers/dist/fact";
import { PENDING } from "@qvd-ha/providers/dist/postgres/sql";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface Server {
  /** A server process runs on this node, whoever started it. */
  readonly running: boolean;
  /** It answered a question of its superuser, by the socket. */
  readonly answers: boolean;
  /** What it said instead. */
  readonly error?: string;
  /** Whether the database's address takes connections, tried from this node. */
  readonly reached: boolean;
  readonly startedAt?: string;
  readonly version?: string;
  /** Version of the programs that are installed: another one counts from the next start on. */
  readonly installed?: string;
  /** Settings that wait for a restart. */
  readonly pendingRestart: readonly string[];
  /** Lines of its files that it does not take. */
  readonly refused: readonly string[];
  readonly connections?: { readonly used: number; readonly limit: number };
  readonly readOnly: boolean;
  /** End of the server's certificate, in seconds since 1970; undefined without TLS. */
  readonly certificateEnds?: number;
}

const SQL = `SELECT json_build_object(
  'startedAt', to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'),
  'version', split_part(current_setting('server_version'), ' ', 1),
  'pendingRestart', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings WHERE ${PENDING}),
  'refused', (SELECT coalesce(json_agg(line ORDER BY line), '[]') FROM (
     SELECT format('%s line %s: %s', regexp_replace(sourcefile, '.*/', ''), sourceline, error) AS line FROM pg_file_settings
       WHERE error IS NOT NULL AND error <> 'setting could not be applied'
     UNION ALL SELECT format('pg_hba.conf line %s: %s', line_number, error) FROM pg_hba_file_rules WHERE error IS NOT NULL) x),
  'used', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
  'limit', current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
  'readOnly', current_setting('default_transaction_read_only')::bool OR pg_is_in_recovery(),
  'certificate', CASE WHEN current_setting('ssl')::bool THEN
     CASE WHEN current_setting('ssl_cert_file') LIKE '/%' THEN current_setting('ssl_cert_file')
     ELSE current_setting('data_directory') || '/' || current_setting('ssl_cert_file') END END);`;

interface Said {
  readonly startedAt: string;
  readonly version: string;
  readonly pendingRestart: string[];
  readonly refused: string[];
  readonly used: number;
  readonly limit: number;
  readonly readOnly: boolean;
}

/** The server as its own superuser sees it, and the address as a client does. The programs are those of the process that runs. */
export const serverFact = (address: string, port: number): Fact<Server> => ({
  command: {
    script: sh`if timeout 5 bash -c ${`exec 3<>/dev/tcp/${address}/${port}`} 2>/dev/null; then echo @reached; fi
pid=$(pgrep -o -x 'postgres|postmaster' || true)
if [ -n "$pid" ]; then
  echo @running
  user=$(stat -c %U "/proc/$pid") bin=$(dirname "$(readlink "/proc/$pid/exe" | sed 's/ (deleted)$//')")
  echo "@installed $("$bin/postgres" --version 2>/dev/null | sed 's/^postgres (PostgreSQL) \([^ ]*\).*/\1/')"
  cd /
  # The first directory of its sockets, by its own pid file.
  data=$(readlink "/proc/$pid/cwd") socket=
  { socket=$(sed -n 5p "$data/postmaster.pid"); } 2>/dev/null || true
  said=$(PGHOST=$socket PGCONNECT_TIMEOUT=5 PGOPTIONS='-c default_transaction_isolation=read\ committed' timeout 10 runuser -u "$user" -- "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -p ${port} -d postgres -f - 2>&1) && echo "@said $said" || echo "@error $said" | head -n 2
  certificate=$(sed -n 's/.*"certificate" : "\([^"]*\)".*/\1/p' <<<"$said")
  if [ -n "$certificate" ]; then
    ends=$(openssl x509 -enddate -noout -in "$certificate" 2>/dev/null | sed 's/^notAfter=//')
    [ -z "$ends" ] || echo "@ends $(date -u -d "$ends" +%s)"
  fi
fi`,
    stdin: SQL,
    timeoutSeconds: 30,
  },
  parse: ({ stdout }) => {
    const line = (name: string): string | undefined => new RegExp(`^@${name} (.+)$`, "m").exec(stdout)?.[1]?.trim();
    const json = line("said");
    const said = json === undefined ? undefined : (JSON.parse(json) as Said);
    const [error, installed, ends] = [line("error"), line("installed"), line("ends")];
    return {
      running: /^@running$/m.test(stdout),
      answers: said !== undefined,
      reached: /^@reached$/m.test(stdout),
      ...(error ? { error } : {}),
      ...(installed ? { installed } : {}),
      ...(said
        ? { startedAt: said.startedAt, version: said.version, connections: { used: said.used, limit: said.limit } }
        : {}),
      pendingRestart: said?.pendingRestart ?? [],
      refused: said?.refused ?? [],
      readOnly: said?.readOnly ?? false,
      ...(ends === undefined ? {} : { certificateEnds: Number(ends) }),
    };
  },
});

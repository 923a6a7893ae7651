import { sh } from "@qvd-ha/providers/dist/remote";

/** The server's own programs and its superuser, found by the process that runs. */
const SERVER = sh`pid=$(pgrep -o -x 'postgres|postmaster')
bin=$(dirname "$(readlink -f "/proc/$pid/exe")")
as() { runuser -u "$(stat -c %U "/proc/$pid")" -- "$@"; }
cd /`;

/**
 * Reads every table and index. The extension that it needs is taken away again, unless it was there before. Exit status 69: the server is older than the tool,
 * which came with PostgreSQL 14; where it is only not installed, nothing was checked, and that is a failure.
 */
export const amcheckScript = (database: string, port: number): string =>
  sh`${SERVER}
sql() { as "$bin/psql" -XAtq -p ${port} -d ${database} -c "$1"; }
version=$(sql 'SHOW server_version_num') || exit 1
[ "$version" -ge 140000 ] || { echo 'pg_amcheck came with PostgreSQL 14' >&2; exit 69; }
[ -x "$bin/pg_amcheck" ] || { echo "there is no pg_amcheck in $bin: install the server's contrib package" >&2; exit 1; }
had=$(sql "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")
[ "$had" = 1 ] || sql 'CREATE EXTENSION amcheck' || exit 1
rc=0
said=$(as "$bin/pg_amcheck" -p ${port} -d ${database} 2>&1) || rc=$?
[ "$had" = 1 ] || sql 'DROP EXTENSION amcheck'
case $rc in 0) echo sound ;; *) head -n 3 <<<"$said"; exit 1 ;; esac`.text;

/** What all checksums that were read since the server's statistics began have said. Exit status 69: the data has none. */
export const checksumScript = (database: string, port: number): string =>
  sh`${SERVER}
sql() { as "$bin/psql" -XAtq -p ${port} -d ${database} -c "$1"; }
has=$(sql 'SHOW data_checksums') || exit 1
[ "$has" = on ] || { echo 'the data has no checksums' >&2; exit 69; }
failures=$(sql 'SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database') || exit 1
echo "$failures failures"`.text;

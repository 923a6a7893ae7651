import { sh } from "../remote";

/** A shell command that needs no state of its own; the names are those of `@pulumi/command`'s remote Command. */
export interface ShellCommand {
  readonly create: string;
  /** Secret. */
  readonly stdin: string;
}

const MODE = "0600";

/** Puts node.conf in place, readable by root alone, whole or not at all. */
export const nodeConfCommand = (text: string, path = "/etc/qvd/node.conf"): ShellCommand => ({
  create:
    sh`set -eu; file=${path}; umask 077; mkdir -p "$(dirname "$file")"; cat >"$file.new"; chmod ${MODE} "$file.new"; mv -f "$file.new" "$file"`
      .text,
  stdin: text,
});

export interface Deployment {
  /** The database address. */
  readonly host: string;
  readonly port?: number;
  readonly database: string;
  readonly user: string;
  /** Secret; of QVD's alphabet, so it needs no escaping in a password file. */
  readonly password: string;
  /** Version of the schema that must be there at the end: 3.3.0, 4.1.2 or 4.3.0, by QVD's branch. Default: any. */
  readonly version?: string;
  /** Default: /usr/lib/qvd/bin/qvd-deploy-db.pl. */
  readonly script?: string;
  /** Default: psql, from the path. */
  readonly psql?: string;
  /** How long the database may take to answer, in seconds. Default: 120. */
  readonly patienceSeconds?: number;
}

/**
 * Deploys QVD's schema, once. QVD's script exits 0 when it cannot reach the database, so its word counts for nothing: success is the version that the
 * database itself tells. The script never gets `--force`, which would drop every table of QVD's. A schema that is there already is left alone.
 */
export function deployCommand(d: Deployment): ShellCommand {
  const create = sh`set -eu
host=${d.host} port=${d.port ?? 5432} database=${d.database} user=${d.user} wanted=${d.version ?? ""} psql=${d.psql ?? "psql"} deploy=${d.script ?? "/usr/lib/qvd/bin/qvd-deploy-db.pl"} patience=${d.patienceSeconds ?? 120}
IFS= read -r password
private=$(mktemp -d /run/qvd-ha.XXXXXXXX); trap 'rm -rf "$private"' EXIT; trap 'exit 143' TERM INT HUP
(umask 077; printf '*:*:*:*:%s\n' "$password" >"$private/pgpass")
ask() { PGPASSFILE=$private/pgpass PGCONNECT_TIMEOUT=10 "$psql" -XAtqw -h "$host" -p "$port" -U "$user" -d "$database" -c "$1" </dev/null; }
fail() { echo "$*" >&2; exit 1; }
version() {
  case "$(ask "select count(*) from information_schema.tables where table_schema = 'public' and table_name = 'versions'")" in
    0) ;;
    1) ask "select version from versions where component = 'schema'" ;;
    *) return 1 ;;
  esac
}
end=$(($(date +%s) + patience))
until said=$(ask 'select 1' 2>&1); do
  case $said in *"authentication failed"*|*"no pg_hba.conf entry"*|*"does not exist"*) fail "QVD's database refuses $user: $said" ;; esac
  [ "$(date +%s)" -lt "$end" ] || fail "QVD's database does not answer at $host:$port: $said"
  sleep 2
done
is=$(version)
if [ -z "$is" ]; then
  rc=0; "$deploy" </dev/null || rc=$?
  is=$(version)
  case $rc in
    0) [ -n "$is" ] || fail "$deploy ended with 0, but $database has no schema: it could not reach the database; look at /etc/qvd/node.conf" ;;
    2) [ -n "$is" ] || fail "$deploy says that the schema is there already, but $database tells no version of it: was an earlier run interrupted?" ;;
    3) fail "$deploy: $user does not own $database (3)" ;;
    5) fail "$deploy: its data file is invalid (5)" ;;
    *) fail "$deploy failed ($rc)" ;;
  esac
fi
[ -z "$wanted" ] || [ "$is" = "$wanted" ] || fail "the schema of $database is $is, wanted is $wanted: updating it is QVD's own procedure, with a backup before"
echo "$is"`.text;
  return { create, stdin: `${d.password}\n` };
}

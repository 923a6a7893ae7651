import type { Sh } from "../remote";
import { lines, raw, sh } from "../remote";
import { MANAGED } from "./conf";
import type { PostgresSpec } from "./spec";
import { STATE_DIRECTORY, stampFile } from "./stamp";

const variables = (s: PostgresSpec): Sh => sh`
cd /
resource=${s.drbdResource} device=${s.device} fstype=${s.fsType} options=${s.mountOptions || "defaults"} mount=${s.mountPoint} data=${s.dataDirectory}
user=${s.osUser} bin=${s.binDir} psql=${s.psql} port=${s.port} log=${s.logFile} version=${s.version}
database=${s.database.name} role=${s.role.name} monitor=${s.monitor.role} table=${`${s.monitor.schema}.${s.monitor.table}`}
export PGHOST=${s.settings.unix_socket_directories?.split(",")[0]?.trim() ?? ""}
directory=${STATE_DIRECTORY} stamp=${stampFile(s)} managed=${MANAGED}`;

const FUNCTIONS = raw(String.raw`
fail() { echo "$*" >&2; exit 1; }
# The server must not inherit the lock of a turn.
as() { runuser -u "$user" -- "$@" 9>&-; }
sql() { as "$psql" -XAtqw -v ON_ERROR_STOP=1 -p "$port" "$@"; }
mounted() { mountpoint -q "$mount"; }
running() {
  [ -f "$data/postmaster.pid" ] || return 1
  read -r pid <"$data/postmaster.pid" || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]
}
stop_server() {
  running || return 0
  as "$bin/pg_ctl" stop -s -D "$data" -m fast -w -t 120 || as "$bin/pg_ctl" stop -s -D "$data" -m immediate -w -t 60
}
unmount() { ! mounted || umount "$mount" || { sleep 2; umount "$mount"; }; }
# udev looks into a device right after it was unmounted, and holds it open meanwhile.
demote() {
  case "$(drbdadm role "$resource" 2>/dev/null || true)" in Primary*) ;; *) return 0 ;; esac
  for _ in 1 2 3 4 5 6 7 8 9; do ! drbdadm secondary "$resource" 2>/dev/null || return 0; sleep 1; done
  drbdadm secondary "$resource"
}
release() { stop_server && unmount && demote; }`);

/** One turn at a time on a node: what a lost connection left behind runs on to its end, and would unmount under its successor's feet. */
const LOCK = raw(String.raw`
exec 9>"/run/qvd-ha-postgres-$resource.lock"
flock -w 600 9 || fail "an earlier run is still at work on this node: wait for it, then repeat"`);

/** What every way out of a turn does: nothing stays running, mounted or promoted, and only a turn that went well leaves its mark. */
const TURN = raw(String.raw`
private= started=
give_back() {
  local rc=$?
  trap - EXIT TERM INT HUP
  set +e
  [ -z "$private" ] || rm -rf "$private"
  [ $rc = 0 ] || [ -z "$started" ] || tail -n 8 "$log" >&2
  release || { [ $rc != 0 ] || rc=1; echo "could not stop, unmount and demote afterwards" >&2; }
  [ $rc != 0 ] || { install -d -m 0755 "$directory" && (umask 077; printf '%s' "$mark" >"$stamp.new") && mv -f "$stamp.new" "$stamp"; } || rc=1
  exit $rc
}
trap give_back EXIT
trap 'exit 143' TERM INT HUP
take() {
  group=$(id -gn "$user")
  drbdadm primary "$resource"
  mkdir -p "$mount"
  mounted || mount -t "$fstype" -o "$options" "$device" "$mount"
}
start() {
  [ "$(<"$data/PG_VERSION")" = "$version" ] || fail "$data was made by PostgreSQL $(<"$data/PG_VERSION"), wanted is $version: upgrade it by hand"
  [ -d "$(dirname "$log")" ] || install -d -o "$user" -g "$group" -m 0750 "$(dirname "$log")"
  [ -e "$log" ] || install -o "$user" -g "$group" -m 0640 /dev/null "$log"
  started=yes
  as "$bin/pg_ctl" start -s -D "$data" -l "$log" -w -t 300 </dev/null
}
# The password goes by a file that only root reads, in memory: neither arguments nor environment.
log_in() {
  private=$(mktemp -d /run/qvd-ha-login.XXXXXXXX)
  (umask 077; printf '*:%s:%s:%s:%s\n' "$port" "$database" "$role" "$password" >"$private/pgpass")
  PGPASSFILE=$private/pgpass PGCONNECT_TIMEOUT=60 "$psql" -XAtqw -h "$address" -p "$port" -U "$role" -d "$database" -c 'select 1' >/dev/null </dev/null ||
    fail "$role cannot log in to $database at $address"
  rm -rf "$private"; private=
  [ "$(sql -U "$monitor" -d "$database" -c "update $table set last_update = current_timestamp" -c "select count(*) from $table" </dev/null)" = 1 ] ||
    fail "$table must have one row, which $monitor may update"
}`);

/** Makes a data directory beside its place and moves it there, the file that makes it valid last: an interrupted initdb can never pass for data. */
const initialise = (s: PostgresSpec): Sh => sh`
install -d -o "$user" -g "$group" -m 0700 "$data"
new=$data/.qvd-ha-initdb
if [ ! -f "$data/PG_VERSION" ]; then
  if [ -d "$new" ]; then find "$data" -mindepth 1 -delete
  elif [ -n "$(ls -A "$data")" ]; then fail "$data holds something that is no PostgreSQL data: $(ls -A "$data" | head -n 5 | tr '\n' ' ')"; fi
  as "$bin/initdb" -D "$new" -U "$user" -E ${s.database.encoding} --locale=${s.database.locale} --auth-local=peer --auth-host=${s.authentication} ${s.checksums ? raw("--data-checksums") : raw("")} --no-sync --no-instructions >/dev/null </dev/null
  sync -f "$data"
  entries=()
  for e in "$new"/*; do [ "$e" = "$new/PG_VERSION" ] || entries+=("$e"); done
  mv -t "$data" -- "${raw("${entries[@]}")}"
  mv -t "$data" -- "$new/PG_VERSION"
  fresh=yes
fi
[ ! -d "$new" ] || rmdir "$new"`;

/** Puts the configuration in place; a file that is not ours is kept once beside it. */
export const putFiles = (files: Readonly<Record<string, string>>): Sh =>
  lines(
    raw(String.raw`
keep() {
  local first=
  [ -z "$fresh" ] && [ -f "$data/$1" ] && [ ! -e "$data/$1.before-qvd-ha" ] || return 0
  IFS= read -r first <"$data/$1" || true
  [ "$first" = "$managed" ] || cp -p "$data/$1" "$data/$1.before-qvd-ha"
}
old=$(umask); umask 077`),
    ...Object.entries(files).map(([name, text]) => sh`keep ${name}; printf '%s' ${text} >"$data/.qvd-ha.${name}"`),
    raw(`chown "$user:$group" "$data"/.qvd-ha.*; umask "$old"`),
    ...Object.keys(files).map((name) => sh`mv -f "$data/.qvd-ha.${name}" "$data/${name}"`),
  );

/** Seeding, in one go: data, configuration, role, database, monitor, a log-in over the network. Standard input: the password, a line feed, the SQL. */
export const seedScript = (
  s: PostgresSpec,
  address: string,
  files: Readonly<Record<string, string>>,
  mark: string,
): Sh =>
  lines(
    sh`${variables(s)}
address=${address} mark=${mark} fresh=
IFS= read -r password`,
    FUNCTIONS,
    LOCK,
    TURN,
    raw("take"),
    initialise(s),
    putFiles(files),
    raw(String.raw`
rm -f "$data/postgresql.auto.conf"
start
sql -d postgres -f - || fail "role, database and monitor cannot be made"
log_in`),
  );

/** The proof that the server starts and takes a log-in here, too. Standard input: the password and a line feed. */
export const proofScript = (s: PostgresSpec, address: string, mark: string): Sh =>
  lines(
    sh`${variables(s)}
address=${address} mark=${mark}
IFS= read -r password`,
    FUNCTIONS,
    LOCK,
    TURN,
    raw("take\nstart\nlog_in"),
  );

/** Stops, unmounts and demotes what an interrupted run left. */
export const releaseScript = (s: PostgresSpec): Sh => lines(variables(s), FUNCTIONS, LOCK, raw("release"));

/** Forgets the seeding on a node; the data stays. */
export const forgetScript = (s: PostgresSpec): Sh =>
  lines(variables(s), FUNCTIONS, LOCK, raw(`release\nrm -f "$stamp"\nrmdir "$mount" "$directory" 2>/dev/null || true`));

/** Waits until the server has read its files again, so that what it says next is about the new ones. */
const RELOAD = raw(String.raw`
running && kill -HUP "$pid"
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(sql -d postgres -c 'select pg_conf_load_time()')" = "$loaded" ] || exit 0
  sleep 1
done
fail "the server has not read its configuration again"`);

/** Running server: new files, checked before they are in place, and read by the server before this ends. */
export const rewriteScript = (s: PostgresSpec, files: Readonly<Record<string, string>>): Sh =>
  lines(
    variables(s),
    FUNCTIONS,
    sh`
fresh= group=$(id -gn "$user")
running || fail "the server has stopped meanwhile"
check=$(mktemp -d /run/qvd-ha-check.XXXXXXXX); trap 'rm -rf "$check"' EXIT
printf '%s' ${files["postgresql.conf"] ?? ""} >"$check/postgresql.conf"; chmod 0755 "$check"
as "$bin/postgres" -D "$data" -c config_file="$check/postgresql.conf" -c data_directory="$data" -C max_connections >/dev/null || fail "the server would not take these settings"
loaded=$(sql -d postgres -c 'select pg_conf_load_time()')`,
    putFiles(files),
    RELOAD,
  );

/** Running server: takes back what ALTER SYSTEM has set. */
export const resetScript = (s: PostgresSpec): Sh =>
  lines(
    variables(s),
    FUNCTIONS,
    raw(`loaded=$(sql -d postgres -c 'select pg_conf_load_time()')\nsql -d postgres -c 'alter system reset all'`),
    RELOAD,
  );

/** Running server: role, database and monitor. Standard input: the SQL. */
export const sqlScript = (s: PostgresSpec): Sh => lines(variables(s), FUNCTIONS, raw("sql -d postgres -f -"));

/**
 * Restarts the resource by Pacemaker itself, so that it does not take it for a failure. Runs detached: a lost connection must not end it between stop and
 * start, which would leave the resource stopped. `crm_resource` calls a start that is still on its way an end, so the server itself is waited for; where it
 * has come up elsewhere, that is an end, too.
 */
export const restartScript = (s: PostgresSpec): Sh =>
  lines(
    variables(s),
    FUNCTIONS,
    sh`unit=${`qvd-ha-restart-${s.primitives.postgres}`} primitive=${s.primitives.postgres}`,
    raw(String.raw`
systemctl -q is-active "$unit" || systemd-run -q --collect --unit="$unit" crm_resource --restart --resource "$primitive" --timeout=300s
for ((i = 0; ; i++)); do
  systemctl -q is-active "$unit" || break
  ((i < 320)) || fail "the restart has not ended in time: see journalctl -u $unit"
  sleep 1
done
for ((i = 0; i < 180; i++)); do
  ! running || ! sql -d postgres -c 'select 1' >/dev/null 2>&1 || exit 0
  if ((i % 10 == 9)); then
    where=$(crm_resource --locate --resource "$primitive" 2>/dev/null) || where=
    [[ $where != *"running on: "* || $where == *"running on: $(uname -n)"* ]] || exit 0
  fi
  sleep 1
done
fail "the server has not come up again for 180 s: crm_mon -1rf says why; see journalctl -u $unit"`),
  );

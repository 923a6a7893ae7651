import type { Sh } from "../remote";
import { lines, raw, sh } from "../remote";

/**
 * A new major version by pg_upgrade, on the replicated disk itself: the new data directory is made beside the old one, below the mount point, and then both change places by renaming. What
 * has been done is noted on that disk, so that whoever goes on, on whichever node, goes on there.
 */
export interface Upgrade {
  /** The data directory, which is the mount point. */
  readonly dataDirectory: string;
  readonly osUser: string;
  /** Major versions. */
  readonly from: string;
  readonly to: string;
  /** Directories of their programs. */
  readonly fromBin: string;
  readonly toBin: string;
  /** `copy` and `clone` leave the old data as it is; with `link` there is no way back once the new server has started. */
  readonly mode: "copy" | "clone" | "link";
}

/** Data of another version that is kept beside, below the mount point. */
export const keptDirectory = (version: string): string => `.postgresql-${version}`;

const HEAD = (u: Upgrade): Sh => sh`cd /
data=${u.dataDirectory} user=${u.osUser} from=${u.from} to=${u.to} old=${u.fromBin} new=${u.toBin} mode=${u.mode}
work=$data/.qvd-ha-upgrade`;

/** `fail` ends with 1; nothing that was noted is taken back. */
const FUNCTIONS = raw(String.raw`
umask 077
fail() { echo "$*" >&2; exit 1; }
as() { (cd "$work" && exec runuser -u "$user" -- env LC_ALL=C "$@"); }
stage() { cat "$work/stage" 2>/dev/null || true; }
note() { printf '%s\n' "$1" >"$work/stage.new"; sync "$work/stage.new"; mv -f "$work/stage.new" "$work/stage"; sync "$work"; }
fact() { sed -n "s/^$1 //p" "$work/facts"; }
workroom() { mkdir -p "$work"; chown "$user:" "$work"; chmod 700 "$work"; }
fresh() {
  rm -rf "$work/new"
  local sums=()
  if [ "$(fact checksums)" = on ]; then sums=(--data-checksums); elif [ "$to" -ge 18 ]; then sums=(--no-data-checksums); fi
  as "$new/initdb" -D "$work/new" -U "$(fact superuser)" -E "$(fact encoding)" --lc-collate="$(fact collate)" --lc-ctype="$(fact ctype)" \
    --auth-local=peer --auth-host=reject --wal-segsize="$(fact segment)" "${"${sums[@]}"}" >"$work/initdb.log" 2>&1 ||
    fail "initdb of PostgreSQL $to failed: $(tail -n 5 "$work/initdb.log")"
}
upgrade() {
  local how=()
  case $mode in link) how=(--link) ;; clone) how=(--clone) ;; esac
  as "$new/pg_upgrade" -b "$old" -B "$new" -d "$data" -D "$work/new" -U "$(fact superuser)" -s "$work" "${"${how[@]}"}" "$@" >"$work/pg_upgrade.log" 2>&1
}
# Its own words, and the files that it names.
words() {
  cat "$work/pg_upgrade.log"
  find "$work/new/pg_upgrade_output.d" -name '*.txt' -size +0 2>/dev/null | while read -r f; do echo "${"${f##*/}"}:"; head -n 20 "$f"; done
}
configured() {
  local f
  for f in postgresql.conf postgresql.auto.conf pg_hba.conf pg_ident.conf; do
    [ ! -e "$1/$f" ] || install -o "$user" -g "$(id -gn "$user")" -m 600 "$1/$f" "$work/new/$f"
  done
  as "$new/postgres" -D "$work/new" -C max_connections >/dev/null 2>"$work/settings.log" ||
    fail "PostgreSQL $to does not take the settings of $from: $(cat "$work/settings.log")"
}
major() { "$1/postgres" --version | sed 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/'; }
# Everything of a data directory changes places; what begins with a dot is not the server's. PG_VERSION goes first and comes last, so that half of one is none.
leave() {
  mkdir -p -m 700 "$1"; chown "$user:" "$1"
  [ ! -e "$data/PG_VERSION" ] || mv -T "$data/PG_VERSION" "$1/PG_VERSION"
  local f
  for f in "$data"/*; do [ ! -e "$f" ] || mv -T "$f" "$1/${"${f##*/}"}"; done
  sync -f "$data"
}
enter() {
  local f
  for f in "$1"/*; do case $f in */PG_VERSION) ;; *) [ ! -e "$f" ] || mv -T "$f" "$data/${"${f##*/}"}" ;; esac; done
  sync -f "$data"
  [ ! -e "$1/PG_VERSION" ] || mv -T "$1/PG_VERSION" "$data/PG_VERSION"
  sync -f "$data"
}
ended() {
  [ ! -e "$data/postmaster.pid" ] || fail "a server has $data open"
  [ "$("$1/pg_controldata" "$data" | sed -n 's/^Database cluster state: *//p')" = "shut down" ] || fail "the server was not shut down in order: start and stop it once more"
}`);

/**
 * While the old server runs: whether it can be done, in pg_upgrade's own words. Makes a data directory of the new version beside, which nobody uses. Prints nothing where it can.
 */
export const checkScript = (u: Upgrade): Sh =>
  lines(
    HEAD(u),
    FUNCTIONS,
    raw(String.raw`
[ "$(cat "$data/PG_VERSION")" = "$from" ] || fail "$data is of PostgreSQL $(cat "$data/PG_VERSION"), not $from"
[ ! -e "$data/.postgresql-$from" ] || fail "$data/.postgresql-$from is there, from an earlier upgrade: make upgrade-forget VERSION=$from, if nobody wants it"
[ -z "$(ls -A "$data/pg_tblspc")" ] || fail "there are tablespaces outside of the data directory: upgrade by dump and restore"
used=$(du -s --block-size=1 --exclude='.*' "$data" | cut -f 1) free=$(df --output=avail -B 1 "$data" | tail -n 1)
[ "$mode" != copy ] || [ $((used + used / 10)) -lt "$free" ] || fail "a copy of $((used / 1048576)) MiB needs room, and $data has $((free / 1048576)) MiB: make grow-volume, or MODE=clone"
workroom
mapfile -t live <"$data/postmaster.pid"
sql() { as "$old/psql" -XAtqw -h "${"${live[4]}"}" -p "${"${live[3]}"}" -d template1 -c "$1"; }
{
  echo "superuser $(sql 'select rolname from pg_roles where oid = 10')"
  sql "select 'encoding ' || pg_encoding_to_char(encoding) || E'\ncollate ' || datcollate || E'\nctype ' || datctype from pg_database where datname = 'template0'"
  echo "checksums $(sql 'show data_checksums')"
  echo "segment $(sql "select setting::bigint / 1048576 from pg_settings where name = 'wal_segment_size'")"
} >"$work/facts.new"
mv -f "$work/facts.new" "$work/facts"
fresh
upgrade --check || { words >&2; exit 1; }
configured "$data"
rm -rf "$work/new"
note checked`),
  );

/** While no server runs: the upgrade, and the exchange. What was done by an earlier run is not done again. */
export const upgradeScript = (u: Upgrade): Sh =>
  lines(
    HEAD(u),
    FUNCTIONS,
    sh`kept=$data/${keptDirectory(u.from)}`,
    raw(String.raw`
case $(stage) in checked)
  ended "$old"
  fresh
  upgrade || { words >&2; exit 1; }
  configured "$data"
  sync -f "$data"
  note upgraded ;;
esac
case $(stage) in upgraded) note leaving ;; esac
case $(stage) in leaving) leave "$kept"; note entering ;; esac
case $(stage) in entering) enter "$work/new"; note "exchanged $mode" ;; esac
case $(stage) in exchanged*) ;; *) fail "nothing was checked before: stage $(stage)" ;; esac`),
  );

/** The server of the new version runs: what it should be told. Statistics are not taken along by pg_upgrade. */
export const afterScript = (u: Upgrade): Sh =>
  lines(
    HEAD(u),
    FUNCTIONS,
    raw(String.raw`
workroom
mapfile -t live <"$data/postmaster.pid"
if [ -s "$work/update_extensions.sql" ]; then as "$new/psql" -XAtqw -h "${"${live[4]}"}" -p "${"${live[3]}"}" -d postgres -f "$work/update_extensions.sql" >/dev/null; fi
as "$new/vacuumdb" -w -h "${"${live[4]}"}" -p "${"${live[3]}"}" --all --analyze-in-stages --quiet
rm -rf "$work"`),
  );

/** While no server runs: the data that was kept takes its place again, and what is there now is kept in its stead. `from` is what is left, `to` what was kept. */
export const backScript = (u: Upgrade): Sh =>
  lines(
    HEAD(u),
    FUNCTIONS,
    sh`gone=$data/${keptDirectory(u.from)} kept=$data/${keptDirectory(u.to)}`,
    raw(String.raw`
workroom
case $(stage) in back-*) ;; *)
  ended "$old"
  [ -e "$kept/PG_VERSION" ] || fail "$kept is not there: there is no way back"
  [ "$(cat "$kept/PG_VERSION")" = "$to" ] && [ "$(major "$new")" = "$to" ] || fail "$kept is not of PostgreSQL $to, or that is not installed"
  [ ! -e "$kept/global/pg_control.old" ] || fail "the upgrade was made with link: the old data were given up when the new server started"
  [ ! -e "$gone" ] || fail "$gone is there already"
  note back-leaving ;;
esac
case $(stage) in back-leaving) leave "$gone"; note back-entering ;; esac
case $(stage) in back-entering) enter "$kept"; rmdir "$kept"; note back-exchanged ;; esac`),
  );

/** Before anything is begun, what a run that was refused has left. */
export const clearScript = (u: Pick<Upgrade, "dataDirectory">): Sh =>
  sh`rm -rf ${`${u.dataDirectory}/.qvd-ha-upgrade`}`;

/** Throws away data that was kept. */
export const forgetScript = (dataDirectory: string, version: string): Sh =>
  sh`data=${dataDirectory} version=${version} kept=${`${dataDirectory}/${keptDirectory(version)}`}
[ ! -e "$data/.qvd-ha-upgrade/stage" ] || { echo "an upgrade is at work" >&2; exit 1; }
[ "$(cat "$data/PG_VERSION")" != "$version" ] || { echo "$data itself is of PostgreSQL $version" >&2; exit 1; }
[ -d "$kept" ] || { echo "$kept is not there" >&2; exit 1; }
rm -rf "$kept"`;

/** What stands on the disk. */
export interface UpgradeState {
  /** Of the data in its place; empty while they change places. */
  readonly version: string;
  /** As noted; empty where nothing was begun. */
  readonly stage: string;
  /** Versions that are kept beside, and since when (seconds since 1970). */
  readonly kept: Readonly<Record<string, number>>;
}

export const stateScript = (dataDirectory: string): Sh =>
  sh`data=${dataDirectory}
echo "version $(cat "$data/PG_VERSION" 2>/dev/null || true)"
echo "stage $(cat "$data/.qvd-ha-upgrade/stage" 2>/dev/null || true)"
for d in "$data"/.postgresql-*; do [ ! -d "$d" ] || echo "kept ${raw("${d##*-}")} $(stat -c %Y "$d")"; done`;

export function parseState(stdout: string): UpgradeState {
  const value = (key: string): string => new RegExp(`^${key} (.*)$`, "m").exec(stdout)?.[1]?.trim() ?? "";
  const kept = [...stdout.matchAll(/^kept (\d+) (\d+)$/gm)].map((m) => [m[1] as string, Number(m[2])] as const);
  return { version: value("version"), stage: value("stage"), kept: Object.fromEntries(kept) };
}

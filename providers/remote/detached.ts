import { quote } from "./sh";

/** Memory of a node that only root sees: locks, marks and results by object. Gone after a boot, as what ran then is. */
const DIRECTORY = "/run/qvd-ha";

/** Seconds to wait for what an earlier run left at work on the node; longer than any batch of ours may take but a full copy of a disk. */
export const WAIT_SECONDS = 900;

/** The exit status of a batch of which nothing was run. */
export const NOTHING_RAN = 75;

export const safe = (name: string): string => name.replace(/[^A-Za-z0-9.-]+/g, "_");

const fileOf = (name: string): string => `${DIRECTORY}/${safe(name)}`;

const busy = (name: string): string =>
  `{ echo ${quote(`an earlier run is still at work on ${safe(name)} after ${WAIT_SECONDS} s`)} >&2; exit ${NOTHING_RAN}; }`;

/** `printf` of a line that the client finds among all other output. */
const tell = (nonce: string, what: string): string => `printf '\\n%s %s\\n' ${nonce} ${what}`;

/** Waits until nothing of that name is at work, and tells the mark: the nonce of the last batch of that name. */
export const awaitQuiet = (name: string, nonce: string): string =>
  [
    `l=${fileOf(name)} m=""`,
    `if [ -e "$l" ]; then exec 8<"$l"; flock -s -w ${WAIT_SECONDS} 8 || ${busy(name)}; read -r m <"$l" || true; exec 8<&-; fi`,
    tell(nonce, `"mark:$m"`),
  ].join("\n");

/** Takes the lock, and goes on only if nobody has worked on the object since it was read: what was planned holds for what was seen. */
export const takeLock = (name: string, nonce: string, seen: string | undefined): string =>
  [
    `[ -d ${DIRECTORY} ] || mkdir -m 700 -p ${DIRECTORY}`,
    `l=${fileOf(name)} m=""`,
    `exec 9<>"$l"`,
    `flock -w ${WAIT_SECONDS} 9 || ${busy(name)}`,
    `read -r m <"$l" || true`,
    ...(seen === undefined ? [] : [`[ "$m" = ${quote(seen)} ] || { ${tell(nonce, "stale")}; exit 0; }`]),
  ].join("\n");

/**
 * Starts `$w/work` so that it outlives this session: in a session and, where systemd runs, in a unit of its own, which holds the lock by the inherited descriptor.
 * systemd-run that did not get so far has begun nothing, so it is begun without.
 */
export const startWork = (name: string, nonce: string): string =>
  [
    `echo ${nonce} >"$l"; rm -f "$l".out "$l".err`,
    `unit=(); if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then`,
    `  unit=(systemd-run --quiet --scope --collect --unit=${quote(`qvd-ha-${safe(name)}-${nonce.slice(0, 8)}`)})`,
    `fi`,
    `trap - EXIT`,
    `setsid "\${unit[@]}" bash "$w/work" "$w" "$l" </dev/null & wait $! || true`,
    `if [ -d "$w" ] && ! [ -e "$w/begun" ]; then setsid bash "$w/work" "$w" "$l" </dev/null & wait $! || true; fi`,
    `rm -rf "$w"`,
  ].join("\n");

/**
 * What `$w/work` begins and ends with. It writes to files alone while a command runs: nobody who stops listening can end it halfway. What it said is kept beside the
 * lock until the next batch of that name, for a client that was cut off.
 */
export const WORK_HEAD = `w=$1 l=$2
umask 077
echo $$ >"$w/pid"; : >"$w/begun"; : >"$l".out; : >"$l".err
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP; trap 'exit 143' TERM; trap 'exit 130' INT
told() {
  { if [ -s "$w/out" ]; then tail -c 16384 "$w/out"; fi; printf '\\n%s %d %d\\n' "$1" "$2" "$3"; } >"$w/o"
  { if [ -s "$w/err" ]; then tail -c 16384 "$w/err"; fi; printf '\\n%s %d %d\\n' "$1" "$2" "$3"; } >"$w/e"
  cat "$w/o" >>"$l".out; cat "$w/e" >>"$l".err
  ( trap '' PIPE; cat "$w/e" >&2; cat "$w/o" ) || true
}
umask 022`;

/** What became of a batch whose client was cut off: waits for its end and repeats all that it said; or tells that it never began, and sees to it that it never will. */
export const collect = (name: string, nonce: string): string =>
  [
    `l=${fileOf(name)} m=""`,
    `[ -e "$l" ] || { ${tell(nonce, "unknown")}; exit 0; }`,
    `exec 8<>"$l"; flock -w ${WAIT_SECONDS} 8 || ${busy(name)}`,
    `read -r m <"$l" || true`,
    `[ "$m" = ${nonce} ] || { echo void-${nonce} >"$l"; ${tell(nonce, `"mark:$m"`)}; exit 0; }`,
    `cat "$l".err >&2; cat "$l".out`,
  ].join("\n");

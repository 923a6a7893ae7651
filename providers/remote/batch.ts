import { randomBytes } from "node:crypto";
import type { Answer, Command } from "./command";
import { DEFAULT_TIMEOUT_SECONDS } from "./command";
import { reveal } from "./secret";
import { quote } from "./sh";

/** Several commands for one node, made into a single remote execution: one round trip however many commands. */
export interface Batch {
  /** What sshd starts; a constant but for the length, so nothing of the commands shows in a process list. */
  readonly exec: string;
  /** Script and data, sent on standard input. */
  readonly stdin: Buffer;
  parse(stdout: string, stderr: string): Answer[];
  /** How many commands have ended, by what has come on standard output so far. */
  ended(stdout: string): number;
  readonly timeoutSeconds: number;
}

/** SYSTEMCTL_SKIP_SYSV: every unit here is native, and Debian's look for a System V twin costs seconds at each enable and disable. */
const PRELUDE = `export LC_ALL=C LANG=C SYSTEMCTL_SKIP_SYSV=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
w=$(mktemp -d /run/qvd-ha.XXXXXXXX)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP; trap 'exit 143' TERM; trap 'exit 130' INT`;

/** Seconds to wait for a batch of the same name that an earlier run left behind on the node; longer than any of its steps. */
const LOCK_SECONDS = 900;

/** Steps of one object never run twice at the same time on a node, also when the tool was killed and its last command is still at work. */
const lock = (name: string): string =>
  [
    `exec 9>${quote(`/run/lock/qvd-ha-${name.replace(/[^A-Za-z0-9.-]+/g, "_")}`)}`,
    `flock -w ${LOCK_SECONDS} 9 || { echo "an earlier run is still at work on ${name.replace(/[^A-Za-z0-9.:+ -]+/g, "_")}" >&2; exit 75; }`,
  ].join("\n");

/**
 * Packs commands into one batch. Data travels on stdin into a private directory in memory and is removed at the end.
 * @param stopOnFailure end at the first command that fails (for steps), or run all of them (for facts)
 * @param lockName batches of one name wait for one another on the node; default: no lock
 */
export function pack(commands: readonly Command[], stopOnFailure: boolean, lockName?: string): Batch {
  const nonce = randomBytes(9).toString("hex");
  const data = commands.map((c) => Buffer.from(reveal(c.stdin ?? ""), "utf8"));
  const body = commands.map((c, i) => {
    const seconds = c.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const input = (data[i] as Buffer).length > 0 ? `"$w/${i}"` : "/dev/null";
    const run = `timeout -k 10 ${seconds} bash -euo pipefail -c ${quote(c.script.text)} <${input} 9>&-`;
    const mark = `printf '\\n%s %d %d\\n' ${nonce} ${i} $rc`;
    return [`rc=0; ${run} || rc=$?`, `${mark}; ${mark} >&2`, stopOnFailure ? `[ $rc = 0 ] || exit 0` : ""]
      .filter(Boolean)
      .join("\n");
  });
  const receive = data.map((d, i) => (d.length > 0 ? `head -c ${d.length} >"$w/${i}"` : "")).filter(Boolean);
  const script = Buffer.from(
    [PRELUDE, "umask 077", ...receive, "umask 022", ...(lockName ? [lock(lockName)] : []), ...body, "exit 0", ""].join(
      "\n",
    ),
    "utf8",
  );
  return {
    exec: `exec bash -c 'eval "$(head -c ${script.length})"'`,
    stdin: Buffer.concat([script, ...data]),
    timeoutSeconds: commands.reduce(
      (sum, c) => sum + (c.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) + 10,
      lockName ? LOCK_SECONDS : 30,
    ),
    parse: (stdout, stderr) => parse(nonce, stdout, stderr),
    ended: (stdout) => stdout.split(`\n${nonce} `).length - 1,
  };
}

function parse(nonce: string, stdout: string, stderr: string): Answer[] {
  const split = (text: string): Map<number, { text: string; code: number }> => {
    const found = new Map<number, { text: string; code: number }>();
    const mark = new RegExp(`\\n${nonce} (\\d+) (\\d+)\\n`, "g");
    let from = 0;
    for (let m = mark.exec(text); m; m = mark.exec(text)) {
      found.set(Number(m[1]), { text: text.slice(from, m.index), code: Number(m[2]) });
      from = m.index + m[0].length;
    }
    return found;
  };
  const out = split(stdout);
  const err = split(stderr);
  return [...out.entries()].map(([i, o]) => ({ code: o.code, stdout: o.text, stderr: err.get(i)?.text ?? "" }));
}

import { randomBytes } from "node:crypto";
import type { Answer, Command } from "./command";
import { DEFAULT_TIMEOUT_SECONDS } from "./command";
import { awaitQuiet, collect, NOTHING_RAN, startWork, takeLock, WAIT_SECONDS, WORK_HEAD } from "./detached";
import { reveal } from "./secret";
import { quote } from "./sh";

/** Something that a single remote execution does. */
export interface Execution {
  /** What sshd starts; a constant but for the length, so nothing of the commands shows in a process list. */
  readonly exec: string;
  /** Script and data, sent on standard input. */
  readonly stdin: Buffer;
  readonly timeoutSeconds: number;
}

/** Several commands for one node, made into a single remote execution: one round trip however many commands. */
export interface Batch extends Execution {
  /** Names this batch among all; a lock's mark says by it which batch was the last one. */
  readonly nonce: string;
  parse(stdout: string, stderr: string): Answer[];
  /** How many commands have ended, by what has come on standard output so far. */
  ended(stdout: string): number;
  /** Nothing was run: somebody has worked on the object since it was read. */
  stale(stdout: string): boolean;
  /** The mark of the object, where the batch told it. */
  mark(stdout: string): string | undefined;
}

export interface PackOptions {
  /** End at the first command that fails (for steps). Default: all of them run (for facts). */
  readonly stopOnFailure?: boolean;
  /** Batches of one name run one after another on the node, and go on to their end although the connection is lost. Default: no lock, and the end of the session is theirs. */
  readonly lock?: string;
  /** With `lock`: the mark that the object had when it was read; with another one, nothing is run. Default: any. */
  readonly seen?: string;
  /** Waits first until no batch with that `lock` is at work, and tells the mark. Default: does not wait. */
  readonly after?: string;
}

/** SYSTEMCTL_SKIP_SYSV: every unit here is native, and Debian's look for a System V twin costs seconds at each enable and disable. */
const ENVIRONMENT = `export LC_ALL=C LANG=C SYSTEMCTL_SKIP_SYSV=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022`;

/** A private directory in memory; what belongs to a process that is gone (killed outright) is taken away on the occasion, since it may hold secrets. */
const PRIVATE = `for d in /run/qvd-ha.*; do
  if [ -f "$d/pid" ] && read -r p <"$d/pid" && ! [ -d "/proc/$p" ]; then rm -rf "$d"; fi
done
w=$(mktemp -d /run/qvd-ha.XXXXXXXX)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP; trap 'exit 143' TERM; trap 'exit 130' INT
echo $$ >"$w/pid"`;

/** The script must have come as a whole: the first half of one is another one. */
const execution = (script: string, data: readonly Buffer[], timeoutSeconds: number): Execution => {
  const text = Buffer.from(script, "utf8");
  return {
    exec: `exec bash -c 'LC_ALL=C; s=$(head -c ${text.length}); [ \${#s} = ${text.length} ] || exit ${NOTHING_RAN}; eval "$s"'`,
    stdin: Buffer.concat([text, ...data]),
    timeoutSeconds,
  };
};

/** Seconds of all commands together, and some to end them. */
const seconds = (commands: readonly Command[]): number =>
  commands.reduce((sum, c) => sum + (c.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) + 10, 30);

const invoke = (c: Command, i: number, hasInput: boolean): string =>
  `timeout -k 10 ${c.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS} bash -euo pipefail -c ${quote(c.script.text)} <${hasInput ? `"$w/${i}"` : "/dev/null"}`;

/** Packs commands into one batch. Data travels on stdin into a private directory in memory and is removed at the end. Before all of it has come, nothing runs. */
export function pack(commands: readonly Command[], options: PackOptions = {}): Batch {
  const { stopOnFailure = false, lock, seen, after } = options;
  const nonce = randomBytes(9).toString("hex");
  const inputs = commands.map((c) => Buffer.from(reveal(c.stdin ?? ""), "utf8"));
  const files = new Map(inputs.flatMap((d, i): [string, Buffer][] => (d.length > 0 ? [[String(i), d]] : [])));
  const next = stopOnFailure ? ["[ $rc = 0 ] || exit 0"] : [];
  const has = (i: number): boolean => files.has(String(i));

  const body = commands.flatMap((c, i) =>
    lock === undefined
      ? [
          `rc=0; ${invoke(c, i, has(i))} || rc=$?`,
          `printf '\\n%s %d %d\\n' ${nonce} ${i} $rc; printf '\\n%s %d %d\\n' ${nonce} ${i} $rc >&2`,
          ...next,
        ]
      : [`rc=0; ${invoke(c, i, has(i))} >"$w/out" 2>"$w/err" 9>&- || rc=$?`, `told ${nonce} ${i} $rc`, ...next],
  );
  if (lock !== undefined) files.set("work", Buffer.from([WORK_HEAD, ...body, "exit 0\n"].join("\n"), "utf8"));
  const receive = [
    ...[...files].map(([name, d]) => `head -c ${d.length} >"$w/${name}"`),
    `read -r all && [ "$all" = ${nonce} ] || exit ${NOTHING_RAN}`,
  ];
  const script = [
    ENVIRONMENT,
    ...(after === undefined ? [] : [awaitQuiet(after, nonce)]),
    ...(lock === undefined ? [] : [takeLock(lock, nonce, seen)]),
    PRIVATE,
    "umask 077",
    ...receive,
    "umask 022",
    ...(lock === undefined ? body : [startWork(lock, nonce)]),
    "exit 0",
  ].join("\n");
  const waits = (after === undefined ? 0 : WAIT_SECONDS) + (lock === undefined ? 0 : WAIT_SECONDS);
  return {
    ...execution(script, [...files.values(), Buffer.from(`${nonce}\n`)], seconds(commands) + waits),
    nonce,
    parse: (stdout, stderr) => parse(nonce, stdout, stderr),
    ended: (stdout) => [...stdout.matchAll(new RegExp(`\\n${nonce} \\d+ \\d+\\n`, "g"))].length,
    stale: (stdout) => stdout.includes(`\n${nonce} stale\n`),
    mark: (stdout) => new RegExp(`\\n${nonce} mark:(\\S*)\\n`).exec(stdout)?.[1],
  };
}

/** Asks what became of a batch whose connection was lost: the same answers, once it has ended. */
export const collecting = (batch: Batch, lock: string): Execution =>
  execution([ENVIRONMENT, collect(lock, batch.nonce), "exit 0"].join("\n"), [], WAIT_SECONDS + 30);

function parse(nonce: string, stdout: string, stderr: string): Answer[] {
  const split = (text: string): Map<number, { text: string; code: number }> => {
    const found = new Map<number, { text: string; code: number }>();
    const mark = new RegExp(`\\n${nonce} (?:(\\d+) (\\d+)|mark:\\S*)\\n`, "g");
    let from = 0;
    for (let m = mark.exec(text); m; m = mark.exec(text)) {
      if (m[1] !== undefined) found.set(Number(m[1]), { text: text.slice(from, m.index), code: Number(m[2]) });
      from = m.index + m[0].length;
    }
    return found;
  };
  const out = split(stdout);
  const err = split(stderr);
  return [...out.entries()].map(([i, o]) => ({ code: o.code, stdout: o.text, stderr: err.get(i)?.text ?? "" }));
}

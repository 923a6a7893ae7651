import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type { Client } from "ssh2";
import type { Batch, Execution } from "./batch";
import { collecting, pack } from "./batch";
import type { Answer, Command } from "./command";
import type { Connection } from "./connection";
import type { Output } from "./ssh";
import { ConnectionError, exec, HostKeyError, LostError, open, SessionRefused } from "./ssh";

/** The object was changed by somebody else between being read and being worked on. Nothing was run: read again and plan anew. */
export class StaleError extends Error {
  override name = "StaleError";
}

/** Counts the round trips (executions, not commands) by address that an operation makes, whatever runs beside it in the same process. */
export const roundTrips = new AsyncLocalStorage<Map<string, number>>();

/** Executions at once over one connection; OpenSSH refuses an eleventh channel. */
const CHANNELS = 8;
/** How often a refused session is asked for again, half a second apart. */
const REFUSALS = 60;
/** How long to try to reach a node again that was lost with commands running, in seconds. */
const RETURN_SECONDS = 20;
/** A connection that nothing uses for so long is closed, so that the host process can end. */
const IDLE_MS = 15_000;

class Link {
  private client?: Promise<Client>;
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  private idle?: NodeJS.Timeout;
  /** By name of the lock: the mark that this process knows. */
  readonly marks = new Map<string, string>();

  constructor(private readonly connection: Connection) {}

  private connect(): Promise<Client> {
    if (!this.client) {
      const opening = open(this.connection);
      this.client = opening;
      const forget = (): void => {
        if (this.client === opening) this.client = undefined;
      };
      opening.then((c) => c.on("error", forget).on("close", forget), forget);
    }
    return this.client;
  }

  private async connectPatiently(seconds: number): Promise<Client> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      try {
        return await this.connect();
      } catch (e) {
        if (e instanceof HostKeyError || Date.now() >= deadline) throw e;
        await new Promise((r) => setTimeout(r, 1_000));
      }
    }
  }

  async use<T>(patienceSeconds: number, work: (client: Client) => Promise<T>): Promise<T> {
    while (this.busy >= CHANNELS) await new Promise<void>((r) => this.waiting.push(r));
    this.busy++;
    clearTimeout(this.idle);
    try {
      return await work(await this.connectPatiently(patienceSeconds));
    } finally {
      this.busy--;
      this.waiting.shift()?.();
      if (this.busy === 0) this.idle = setTimeout(() => this.close(), IDLE_MS).unref();
    }
  }

  close(): void {
    void this.client?.then(
      (c) => c.end(),
      () => undefined,
    );
    this.client = undefined;
  }
}

const links = new Map<string, Link>();

function link(c: Connection): Link {
  const key = createHash("sha256")
    .update(JSON.stringify([c.host, c.port, c.user, c.hostKey, c.privateKey]))
    .digest("hex");
  let found = links.get(key);
  if (!found) links.set(key, (found = new Link(c)));
  return found;
}

export interface RunOptions {
  /** End at the first command that fails. Default: false, all of them run. */
  readonly stopOnFailure?: boolean;
  /**
   * Runs of one name wait for one another on the node, outlive a lost connection, and are refused with StaleError where somebody else has run
   * by that name since `after` it was read here. Default: none; the commands end with the connection.
   */
  readonly lock?: string;
  /** First wait for a run with that `lock` which is at work on the node, whoever began it. Default: do not wait. */
  readonly after?: string;
  /** Hears how many of the commands have ended, while the rest runs. */
  readonly onEnded?: (count: number) => void;
  /** How long to go on trying while the node does not answer, in seconds; for one that is booting. Default: 0, one try. A wrong host key ends it at once. */
  readonly patienceSeconds?: number;
}

/** A session that has ended may count at the server for a moment longer, so a refusal is no error yet. */
async function untilAccepted<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (e) {
      if (!(e instanceof SessionRefused)) throw e;
      if (tries >= REFUSALS) throw new ConnectionError(e.message);
      await new Promise((r) => setTimeout(r, 500));
    }
  }
}

/** Once more, after the connection broke while a batch was on its way or at work: what it said, or that it never began. @throws ConnectionError */
async function recover(l: Link, c: Connection, batch: Batch, lock: string, lost: LostError): Promise<Output> {
  const before = l.marks.get(lock);
  const output = await once(l, c, collecting(batch, lock), RETURN_SECONDS).catch(() => {
    throw lost;
  });
  const mark = batch.mark(output.stdout);
  if (mark === undefined && batch.ended(output.stdout) > 0) return output;
  const fate = mark !== undefined && mark === before ? "none of them was run" : "what became of them is not known";
  throw new ConnectionError(`${lost.message}; ${fate}`);
}

function once(
  l: Link,
  c: Connection,
  execution: Execution,
  patienceSeconds: number,
  onData?: (stdout: string) => void,
): Promise<Output> {
  const count = roundTrips.getStore();
  count?.set(c.host, (count.get(c.host) ?? 0) + 1);
  return l.use(patienceSeconds, (client) => untilAccepted(() => exec(client, c, execution, onData)));
}

/** Runs commands on a node in one round trip; with `stopOnFailure` the answers end at the first failure. @throws ConnectionError, HostKeyError, StaleError */
export async function run(c: Connection, commands: readonly Command[], options: RunOptions = {}): Promise<Answer[]> {
  if (commands.length === 0) return [];
  const { stopOnFailure, lock, after, onEnded } = options;
  const l = link(c);
  const batch = pack(commands, { stopOnFailure, lock, after, seen: lock && l.marks.get(lock) });
  let told = 0;
  const onData = (stdout: string): void => {
    const now = onEnded ? batch.ended(stdout) : 0;
    if (now > told) onEnded?.((told = now));
  };
  const output = await once(l, c, batch, options.patienceSeconds ?? 0, onData).catch((e: unknown) => {
    if (!(e instanceof LostError)) throw e;
    if (lock !== undefined) return recover(l, c, batch, lock, e);
    // Who reads may read again.
    if (after !== undefined) return once(l, c, batch, RETURN_SECONDS);
    throw e;
  });
  if (batch.stale(output.stdout))
    throw new StaleError(`${c.user}@${c.host}: somebody else has worked on ${lock} since it was read: nothing was run`);
  const mark = batch.mark(output.stdout);
  if (after !== undefined && mark !== undefined) l.marks.set(after, mark);
  const answers = batch.parse(output.stdout, output.stderr);
  if (lock !== undefined && answers.length > 0) l.marks.set(lock, batch.nonce);
  const complete = answers.length === commands.length;
  const stopped = stopOnFailure && answers.some((a) => a.code !== 0);
  if (!complete && !stopped)
    throw new ConnectionError(
      `${c.user}@${c.host}: ended after ${answers.length} of ${commands.length} commands: ${output.stderr.trim().split("\n").at(-1)}`,
    );
  return answers;
}

/** Closes every connection; for tests and the commands that a person runs. */
export function closeAll(): void {
  for (const l of links.values()) l.close();
  links.clear();
}

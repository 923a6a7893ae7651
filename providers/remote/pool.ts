import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type { Client } from "ssh2";
import { pack } from "./batch";
import type { Answer, Command } from "./command";
import type { Connection } from "./connection";
import { ConnectionError, exec, HostKeyError, open, SessionRefused } from "./ssh";

/** Counts the round trips (executions, not commands) by address that an operation makes, whatever runs beside it in the same process. */
export const roundTrips = new AsyncLocalStorage<Map<string, number>>();

/** Executions at once over one connection; OpenSSH refuses an eleventh channel. */
const CHANNELS = 8;
/** How often a refused session is asked for again, half a second apart. */
const REFUSALS = 60;
/** A connection that nothing uses for so long is closed, so that the host process can end. */
const IDLE_MS = 15_000;

class Link {
  private client?: Promise<Client>;
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  private idle?: NodeJS.Timeout;

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
  /** Runs of one name wait for one another on the node. Default: none. */
  readonly lock?: string;
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

/** Runs commands on a node in one round trip; with `stopOnFailure` the answers end at the first failure. @throws ConnectionError, HostKeyError */
export async function run(c: Connection, commands: readonly Command[], options: RunOptions = {}): Promise<Answer[]> {
  if (commands.length === 0) return [];
  const batch = pack(commands, options.stopOnFailure ?? false, options.lock);
  const count = roundTrips.getStore();
  count?.set(c.host, (count.get(c.host) ?? 0) + 1);
  const { answers, stderr } = await link(c).use(options.patienceSeconds ?? 0, (client) =>
    untilAccepted(() => exec(client, c, batch, options.onEnded)),
  );
  const complete = answers.length === commands.length;
  const stopped = options.stopOnFailure && answers.some((a) => a.code !== 0);
  if (!complete && !stopped)
    throw new ConnectionError(
      `${c.user}@${c.host}: ended after ${answers.length} of ${commands.length} commands: ${stderr.trim().split("\n").at(-1)}`,
    );
  return answers;
}

/** Closes every connection; for tests and the commands that a person runs. */
export function closeAll(): void {
  for (const l of links.values()) l.close();
  links.clear();
}

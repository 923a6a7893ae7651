import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Writer } from "./client";
import type { Entry } from "./entry";
import { now } from "./entry";
import { longestGap } from "./gaps";
import { Journal, readJournal } from "./journal";
import type { Target } from "./session";
import { openSession } from "./session";

export interface LedgerOptions {
  readonly target: Target;
  /** Where the clients' logs go; made when missing. */
  readonly directory: string;
  /** Default: 8. */
  readonly clients?: number;
  /** Rows a second, all clients together. Default: 50. */
  readonly rate?: number;
  /** The longest that it may run, in seconds; bounds the number of rows, too. */
  readonly secondsLimit: number;
  /** See `Pace`. */
  readonly dishonestEvery?: number;
}

/** A flow counts as steady when all clients were acknowledged within so many milliseconds, without a pause as long as the second. */
const STEADY_WINDOW = 5_000;
const STEADY_PAUSE = 1_500;
const RETRY = 500;

/** A running ledger. */
export class Ledger {
  private readonly stopping = new AbortController();
  private readonly recent: Entry[] = [];
  private newestOk?: Entry;
  private done?: Promise<unknown>;
  private endedAt?: number;
  private readonly paths: string[] = [];

  private constructor(private readonly options: LedgerOptions) {}

  static async start(options: LedgerOptions): Promise<Ledger> {
    const ledger = new Ledger(options);
    await ledger.begin();
    return ledger;
  }

  private async begin(): Promise<void> {
    const { clients = 8, rate = 50, secondsLimit, directory, target, dishonestEvery } = this.options;
    await mkdir(directory, { recursive: true });
    const period = (clients / rate) * 1000;
    const pace = { period, retry: RETRY, limit: Math.ceil((secondsLimit * rate) / clients), dishonestEvery };
    const timer = setTimeout(() => this.stopping.abort(), secondsLimit * 1000);
    const ended = (): void => void (this.endedAt ??= now());
    this.stopping.signal.addEventListener("abort", ended);
    const run = async (id: number): Promise<void> => {
      const path = join(directory, `client-${id}.jsonl`);
      const journal = await Journal.create(path);
      this.paths.push(path);
      // Spread over the period, or all clients would commit in the same moment.
      await sleep((period * (id - 1)) / clients);
      await new Writer(
        id,
        () => openSession(target),
        journal,
        pace,
        (e) => this.observe(e),
      ).run(this.stopping.signal);
      await journal.close();
    };
    this.done = Promise.all(Array.from({ length: clients }, (_, i) => run(i + 1))).finally(() => {
      clearTimeout(timer);
      ended();
    });
    // A failing log file is fatal, and is thrown where the ledger is stopped.
    this.done.catch(() => undefined);
  }

  private observe(e: Entry): void {
    if (e.what !== "ok") return;
    this.newestOk = e;
    this.recent.push(e);
    while ((this.recent[0]?.at ?? Infinity) < e.at - STEADY_WINDOW) this.recent.shift();
  }

  /** When the newest acknowledged write was acknowledged, in milliseconds since 1970. */
  get lastOk(): number | undefined {
    return this.newestOk?.at;
  }

  /** When the clients were told to end, or had all reached their limit, in milliseconds since 1970; undefined while they try to write. */
  get ended(): number | undefined {
    return this.endedAt;
  }

  get running(): boolean {
    return !this.stopping.signal.aborted;
  }

  private steady(): boolean {
    const from = now() - STEADY_WINDOW;
    const seen = this.recent.filter((e) => e.at >= from);
    const clients = new Set(seen.map((e) => e.client));
    const pause = longestGap([from, ...seen.map((e) => e.at)], now());
    return clients.size === (this.options.clients ?? 8) && (pause?.seconds ?? Infinity) * 1000 < STEADY_PAUSE;
  }

  /** Waits for a steady flow of acknowledged writes. @throws Error after `seconds` */
  async waitSteady(seconds: number): Promise<void> {
    const deadline = now() + seconds * 1000;
    while (!this.steady()) {
      if (now() > deadline || !this.running) throw new Error(`no steady flow of writes after ${seconds} s`);
      await sleep(250);
    }
  }

  /** Ends all clients, and gives what they have noted, each client's entries in order. @throws Error when a log could not be written */
  async stop(): Promise<Entry[]> {
    this.stopping.abort();
    await this.done;
    return (await Promise.all(this.paths.map(readJournal))).flat();
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Entry, What } from "./entry";
import { now, TOO_EARLY } from "./entry";
import type { Journal } from "./journal";
import type { Open, Session } from "./session";
import { Refused } from "./session";

export interface Pace {
  /** Milliseconds between the starts of two writes. */
  readonly period: number;
  /** Milliseconds until a client that could not connect tries again. */
  readonly retry: number;
  /** Writes at most. */
  readonly limit: number;
  /**
   * The negative control: every so many writes one is acknowledged before it is committed, and its connection cut.
   * Undefined: honest.
   */
  readonly dishonestEvery?: number;
}

const SERIALIZATION = new Set(["40001", "40P01"]);
const reason = (e: unknown): string => (e instanceof Error ? e.message || e.name : String(e));

/** One writer of the ledger: a row at a time, each noted before it is sent and after it is answered. */
export class Writer {
  private seq = 0;
  private session?: Session;

  constructor(
    readonly id: number,
    private readonly open: Open,
    private readonly journal: Pick<Journal, "append">,
    private readonly pace: Pace,
    private readonly onEntry: (e: Entry) => void = () => undefined,
  ) {}

  /** Writes until it is stopped or has reached its limit; never throws for what the database does. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted && this.seq < this.pace.limit) {
      const begun = now();
      const wait = await this.step();
      const left = wait === "period" ? begun + this.pace.period - now() : wait === "retry" ? this.pace.retry : 0;
      if (left > 0) await sleep(left, undefined, { signal: stop }).catch(() => undefined);
    }
    this.drop();
  }

  private async step(): Promise<"period" | "retry" | "none"> {
    this.session ??= await this.connect();
    if (!this.session) return "retry";
    return this.write(this.session);
  }

  private async connect(): Promise<Session | undefined> {
    const session = await this.open().catch(() => undefined);
    try {
      if (session) await this.note("seen", await session.highest(this.id));
      return session;
    } catch {
      session?.cut();
      return undefined;
    }
  }

  private async write(session: Session): Promise<"period" | "none"> {
    const seq = ++this.seq;
    await this.note("invoke", seq);
    try {
      if (this.pace.dishonestEvery && seq % this.pace.dishonestEvery === 0) return await this.lie(session, seq);
      await session.insert({ client: this.id, seq });
      await this.note("ok", seq);
      return "period";
    } catch (e) {
      if (!(e instanceof Refused)) {
        this.drop();
        await this.note("unknown", seq, reason(e));
        return "none";
      }
      await this.note("fail", seq, `${e.sqlState} ${reason(e)}`);
      // What serializable transactions must expect; the next write goes at once in its stead.
      return SERIALIZATION.has(e.sqlState) ? "none" : "period";
    }
  }

  private async lie(session: Session, seq: number): Promise<"none"> {
    await session.insertUncommitted({ client: this.id, seq });
    await this.note("ok", seq, TOO_EARLY);
    this.drop();
    return "none";
  }

  private drop(): void {
    this.session?.cut();
    this.session = undefined;
  }

  private async note(what: What, seq: number, why?: string): Promise<void> {
    const entry: Entry = { client: this.id, seq, what, at: now(), ...(why === undefined ? {} : { why }) };
    await this.journal.append(entry);
    this.onEntry(entry);
  }
}

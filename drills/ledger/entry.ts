/**
 * What a client notes of a write: `invoke` before it is sent, then one of `ok` (the server said that it is durable), `fail` (the server
 * said that it is not there, and never will be) or `unknown` (the connection died: it may be either). `seen` is the highest number that
 * the server showed when the client asked.
 */
export type What = "invoke" | "ok" | "fail" | "unknown" | "seen";

export interface Entry {
  readonly client: number;
  readonly seq: number;
  readonly what: What;
  /** Milliseconds since 1970 on a clock that never steps back. */
  readonly at: number;
  /** Why it failed or is unknown; `TOO_EARLY` where a client of the negative control lied. */
  readonly why?: string;
}

/** A write noted as acknowledged before it was committed, on purpose. */
export const TOO_EARLY = "acknowledged too early";

/** A row of the ledger's table. */
export interface Row {
  readonly client: number;
  readonly seq: number;
}

/** Milliseconds since 1970 by the monotonic clock, so that a stepped clock makes no gap. */
export const now = (): number => performance.timeOrigin + performance.now();

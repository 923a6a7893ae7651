import type { LogEvent } from "./events";
import { layoutIn } from "./pieces";

/** That something was done to or on a node; milliseconds since 1970. */
export interface Done {
  readonly node: string;
  readonly at: number;
}

/** Who was fenced and promoted, and when, oldest first. */
export interface Order {
  /** When the cluster was told that it is done. */
  readonly fenced: readonly Done[];
  /** When a promotion of DRBD began. */
  readonly promoting: readonly Done[];
  /** When one had ended, well or not: a promotion that failed was one all the same. */
  readonly promoted: readonly Done[];
}

/** What the logs tell of it, after the fault alone. */
export function orderOf(events: readonly LogEvent[], injected: number): Order {
  const { drbd } = layoutIn(events);
  const after = events.filter((e) => e.at >= injected).sort((a, b) => a.at - b.at);
  const promotions = (...what: LogEvent["what"][]): Done[] =>
    after
      .filter((e) => what.includes(e.what) && e.operation === "promote" && e.subject === drbd)
      .map((e) => ({ node: e.node ?? "?", at: e.at }));
  return {
    fenced: after.filter((e) => e.what === "fenced").map((e) => ({ node: e.subject ?? "?", at: e.at })),
    promoting: promotions("started"),
    promoted: promotions("ended", "failed"),
  };
}

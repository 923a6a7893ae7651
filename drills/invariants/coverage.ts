import { bootedBetween } from "../strike/boots";
import type { Sample } from "./time";
import { longestSilence } from "./watch";

/** A node was up and was not sampled. Milliseconds since 1970, and seconds of the node's own time. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

/** How much of the time that a node was up is known from samples, in seconds of its own time: a node that is frozen or off is not up. */
export interface Coverage {
  readonly samples: number;
  readonly up: number;
  readonly sampled: number;
  /** Longer than one broken connection explains. */
  readonly holes: readonly Hole[];
}

/** Samples no further apart than so many milliseconds, or periods, tell of the time between them. */
const REACH = 6_000;
const REACH_PERIODS = 3;
/** A node may take so many milliseconds from its boot until somebody can log in. */
const BOOT = 180_000;

/**
 * @param samples of one node, oldest first
 * @param from the fault's first action, and `to` the end of the ledger, in milliseconds since 1970
 */
export function coverage(samples: readonly Sample[], from: number, to: number, periodSeconds: number): Coverage {
  const limit = longestSilence(periodSeconds);
  const reach = Math.max(REACH, REACH_PERIODS * periodSeconds * 1000);
  const holes: Hole[] = [];
  let up = 0;
  let sampled = 0;
  const passed = (begin: number, end: number, ms: number): void => {
    up += ms;
    if (ms <= reach) sampled += ms;
    if (ms > limit) holes.push({ from: begin, to: end, seconds: ms / 1000 });
  };
  let before: Sample | undefined;
  for (const s of samples) {
    const last = before;
    before = s;
    if (s.at < from || (last?.at ?? from) > to) continue;
    if (!last) passed(from, s.at, s.at - from);
    else if (bootedBetween(last, s)) passed(last.at, s.at, Math.max(0, s.uptime - BOOT));
    else passed(last.at, s.at, s.uptime - last.uptime);
  }
  // Whether a node that no longer answers is up, nobody knows; it has to be, in the end.
  const end = Math.max(from, before?.at ?? from);
  if (end < to) passed(end, to, to - end);
  return { samples: samples.length, up: up / 1000, sampled: sampled / 1000, holes };
}

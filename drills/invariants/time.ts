import type { RawSample } from "./sample";

/** A sample with the moment at which it was taken, by the clock of this machine. */
export interface Sample extends RawSample {
  readonly at: number;
}

/** Samples that arrive further apart than this many milliseconds belong to different stretches: the node may have been suspended in between. */
const BREAK = 15_000;

function stretches(samples: readonly RawSample[]): RawSample[][] {
  const found: RawSample[][] = [];
  for (const s of samples) {
    const last = found.at(-1)?.at(-1);
    if (last && last.stream === s.stream && s.arrived - last.arrived < BREAK) found.at(-1)?.push(s);
    else found.push([s]);
  }
  return found;
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);

/**
 * Puts the samples of one node on this machine's time line. A sample may have been delayed on its way; the quickest one of a stretch tells
 * how the node's time since boot and our clock relate, so delays cannot make two nodes look active at once.
 */
export function place(samples: readonly RawSample[]): Sample[] {
  return stretches(samples).flatMap((stretch) => {
    const offset = least(stretch.map((s) => s.arrived - s.uptime));
    return stretch.map((s) => ({ ...s, at: s.uptime + offset }));
  });
}

/** Milliseconds to add to a node's clock to get ours, from its newest stretch; undefined without samples. */
export function clockOffset(samples: readonly RawSample[]): number | undefined {
  const newest = stretches(samples).at(-1);
  return newest ? least(newest.map((s) => s.arrived - s.clock)) : undefined;
}

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

/** Samples so many milliseconds before and after a moment tell how the node's time and ours relate at that moment. */
const NEAR = 30_000;

/**
 * Milliseconds from the node's time since boot to our clock. A sample may have been delayed on its way, so the quickest one counts; only
 * of those near by, since a clock that is being slewed takes the time since boot along.
 */
const offsetAt = (stretch: readonly RawSample[], uptime: number): number =>
  least(stretch.filter((s) => Math.abs(s.uptime - uptime) <= NEAR).map((s) => s.arrived - s.uptime));

/**
 * Puts the samples of one node on this machine's time line, so that delays on the way, and a node's clock that is wrong or stepped, cannot
 * make two nodes look active at once.
 */
export function place(samples: readonly RawSample[]): Sample[] {
  return stretches(samples).flatMap((stretch) =>
    stretch.map((s) => ({ ...s, at: s.uptime + offsetAt(stretch, s.uptime) })),
  );
}

/**
 * Our clock at a moment of a node's present boot, given as milliseconds since that boot: the sample nearest to it tells.
 * Undefined without samples of that boot.
 */
export function ourTime(samples: readonly RawSample[]): ((uptime: number) => number) | undefined {
  const booted = samples.reduce((at, s, i) => (s.uptime < (samples[i - 1]?.uptime ?? 0) ? i : at), 0);
  const all = stretches(samples.slice(booted));
  if (all.length === 0) return undefined;
  return (uptime) => {
    const far = (s: RawSample): number => Math.abs(s.uptime - uptime);
    const distance = (stretch: readonly RawSample[]): number => least(stretch.map(far));
    const stretch = all.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    const nearest = stretch.reduce((a, b) => (far(b) < far(a) ? b : a));
    return uptime + offsetAt(stretch, nearest.uptime);
  };
}

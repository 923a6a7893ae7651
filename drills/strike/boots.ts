import type { RawSample } from "../invariants/sample";

/** Samples may be late by so many milliseconds. */
const LATE = 2_000;

/**
 * Whether a node has booted between two of its samples: its time since boot began anew, or is no longer than the time since it was last
 * seen. The second finds a boot that took longer than the one before had lasted; a node that was only frozen has been up for longer.
 */
export const bootedBetween = (before: RawSample, s: RawSample): boolean =>
  s.uptime < before.uptime || (s.stream !== before.stream && s.uptime < s.arrived - before.arrived + LATE);

/** When a node was first seen after a boot, in milliseconds since 1970, once for each boot after `since`. */
export const bootsSeen = (samples: readonly RawSample[], since: number): number[] =>
  samples
    .filter((s, i) => {
      const before = samples[i - 1];
      return before !== undefined && s.arrived >= since && bootedBetween(before, s);
    })
    .map((s) => s.arrived);

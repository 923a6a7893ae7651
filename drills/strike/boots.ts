import type { RawSample } from "../invariants/sample";

/** When a node was seen after a boot, in milliseconds since 1970, once for each boot after `since`: its time since boot began anew. */
export const bootsSeen = (samples: readonly RawSample[], since: number): number[] =>
  samples
    .filter((s, i) => {
      const before = samples[i - 1];
      return before !== undefined && s.arrived >= since && s.uptime < before.uptime;
    })
    .map((s) => s.arrived);

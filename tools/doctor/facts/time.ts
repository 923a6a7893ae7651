import type { Fact } from "@qvd-ha/providers/dist/fact";
import { parseTracking } from "@qvd-ha/providers/dist/node/time";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface Time {
  readonly synchronised: boolean;
  /** How far the clock is off by chrony's own estimate, in seconds; undefined where chrony does not say. */
  readonly offsetSeconds?: number;
}

/** `chronyc -c tracking`: the fifth field is what the system's clock is off by. */
export const timeFact: Fact<Time> = {
  command: { script: sh`timeout 5 chronyc -n -c tracking 2>/dev/null || true`, timeoutSeconds: 10 },
  parse: ({ stdout }) => {
    const offset = Number(stdout.trim().split(",")[4] ?? "x");
    return { synchronised: parseTracking(stdout), ...(Number.isFinite(offset) ? { offsetSeconds: offset } : {}) };
  },
};

import { sh } from "../../remote";
import type { Plan } from "../../step";
import { nothing, plan as planOf } from "../../step";
import type { WatchdogTestSeen } from "./read";
import { missing } from "./read";
import type { WatchdogTestSpec } from "./spec";

const SECONDS = 90;

/** A cluster that has just formed takes a moment to say so. */
export function plan(wanted: WatchdogTestSpec, seen: WatchdogTestSeen): Plan {
  const open = Object.entries(seen).filter(([, s]) => s.missing.length > 0);
  return planOf(
    [
      open.map(([node]) => ({
        node,
        waits: true,
        reason: "wait until the watchdog guards this node",
        command: {
          script: sh`look() { ${missing(wanted)}
}
for _ in $(seq ${SECONDS}); do
  said=$(look)
  [ -n "$said" ] || exit 0
  sleep 1
done
echo "the watchdog does not guard this node: $said" >&2
exit 1`,
          timeoutSeconds: 3 * SECONDS,
        },
      })),
    ],
    "the watchdog guards every node",
  );
}

export const remove = (): Plan => nothing("a test leaves nothing behind");

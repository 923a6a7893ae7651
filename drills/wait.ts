import { setTimeout as sleep } from "node:timers/promises";
import { now } from "./ledger/entry";

/** Asks until it is so, or the deadline has passed. A check that throws counts as "not yet". @throws AbortError when interrupted */
export async function until(
  check: () => boolean | Promise<boolean>,
  deadline: number,
  everyMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const asked = await Promise.resolve()
      .then(check)
      .catch(() => false);
    if (asked) return true;
    if (now() >= deadline) return false;
    await sleep(everyMs, undefined, { signal });
  }
}

import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import type { Telling } from "../faults/fault";
import { now } from "../ledger/entry";
import { until } from "../wait";

/** Where the watch keeps what it has told and not taken back: key, tabulator, text. */
const TOLD = "/run/qvd-ha/watch.told";
/** The watch takes a thing back when two looks have not seen it; more time than that. */
const QUIET_SECONDS = 90;
const EVERY_MS = 5_000;

/** What any node has told that is not over for it yet. */
export async function openAlerts(d: Deployment): Promise<string[]> {
  const answers = await Promise.all(
    d.nodes.map((n) => run(connectionOf(d, n), [{ script: sh`cat ${TOLD} 2>/dev/null || true` }])),
  );
  return answers.flatMap(([a]) =>
    (a?.stdout ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.slice(line.indexOf("\t") + 1)),
  );
}

/**
 * Waits until nothing is open of what a fault demands, as what is told already is not told again.
 * @param look what is open now
 * @returns what is open still
 */
export async function untilQuiet(
  look: () => Promise<readonly string[]>,
  demanded: readonly Telling[],
  signal: AbortSignal,
  times: { readonly seconds: number; readonly everyMs: number } = { seconds: QUIET_SECONDS, everyMs: EVERY_MS },
): Promise<readonly string[]> {
  let open: readonly string[] = [];
  const quiet = async (): Promise<boolean> => {
    open = (await look()).filter((text) => demanded.some((t) => t.message.test(text)));
    return open.length === 0;
  };
  await until(quiet, now() + times.seconds * 1000, times.everyMs, signal);
  return open;
}

import type { Deployment } from "../../tools/status/deployment";
import { problems } from "../../tools/status/health";
import { readStatus } from "../../tools/status/read";
import { negativeControl } from "../control";
import type { Fault } from "../faults/fault";
import { now } from "../ledger/entry";
import type { DrillOptions } from "../options";
import { NotReady } from "../precheck";
import { print } from "../report/print";
import { runDrill } from "../run";
import { until } from "../wait";
import type { Results } from "./results";

/** Between two drills the cluster may need a moment: the ping clone, fail-counts that are being cleared. */
const SETTLE_SECONDS = 180;

export interface SuiteOptions {
  readonly repeat: number;
  /** No further drill is begun after so many seconds. */
  readonly budgetSeconds: number;
  /** Options of one drill; each has a directory of its own. */
  drill(): DrillOptions;
}

/** How a call ended, as far as it is not in the results. */
export type Ending = "done" | "out of time" | "not healthy";

async function settled(d: Deployment, o: DrillOptions): Promise<boolean> {
  const healthy = async (): Promise<boolean> => problems(await readStatus(d)).length === 0;
  return until(healthy, now() + SETTLE_SECONDS * 1000, 5_000, o.signal);
}

async function control(d: Deployment, results: Results, o: DrillOptions): Promise<void> {
  if (results.control?.passed) return;
  o.progress("negative control: writes acknowledged too early");
  const verdict = await negativeControl(d, o);
  const lost = verdict.lost.length;
  results.control = { acknowledged: verdict.acknowledged, lost, passed: lost > 0 };
}

/** Drills what is not green yet, all of it once before any of it twice. Never goes on with a cluster that is not healthy. */
export async function runSuite(
  d: Deployment,
  faults: readonly Fault[],
  results: Results,
  o: SuiteOptions,
): Promise<Ending> {
  const begun = now();
  const first = o.drill();
  if (!(await settled(d, first))) return "not healthy";
  await control(d, results, first);
  for (let n = 1; n <= o.repeat; n++)
    for (const fault of faults) {
      if (results.green(fault.name) >= n) continue;
      const options = o.drill();
      if (options.signal.aborted || now() - begun > o.budgetSeconds * 1000) return "out of time";
      if (!(await settled(d, options))) return "not healthy";
      try {
        const report = await runDrill(d, fault, options);
        results.add(report);
        console.log(print(report));
      } catch (e) {
        if (e instanceof NotReady) throw e;
        results.add({ fault: fault.name, broken: (e as Error).message });
        options.progress(`${fault.name} did not come to an end: ${(e as Error).message}`);
      }
    }
  return "done";
}

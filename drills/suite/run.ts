import type { Deployment } from "../../tools/status/deployment";
import { problems } from "../../tools/status/health";
import { readStatus } from "../../tools/status/read";
import type { About } from "../about";
import { aboutOf } from "../about";
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

/** How a call ended. `refused`: the cluster or a missing consent was against a drill, and why was told. */
export interface Ending {
  readonly how: "done" | "out of time" | "not healthy" | "refused";
  /** Whether all that was asked for is green, as often as was asked for, and the negative control with it. */
  readonly green: boolean;
}

async function settled(d: Deployment, o: DrillOptions): Promise<boolean> {
  const healthy = async (): Promise<boolean> => problems(await readStatus(d)).length === 0;
  return until(healthy, now() + SETTLE_SECONDS * 1000, 5_000, o.signal);
}

async function control(d: Deployment, results: Results, about: About, o: DrillOptions): Promise<void> {
  const { control: known } = results;
  if (known?.passed && known.lies !== undefined && known.about?.cluster === about.cluster) return;
  o.progress("negative control: writes acknowledged too early");
  results.control = { ...(await negativeControl(d, o)), about };
}

/** A fault is due for the nth time as long as it was not green so often; and once more where its newest drill failed. */
const due = (results: Results, fault: Fault, about: About, n: number, repeat: number): boolean =>
  results.green(fault.name, about) < n || (n === repeat && results.newest(fault.name, about)?.passed === false);

const allGreen = (results: Results, faults: readonly Fault[], about: About, repeat: number): boolean =>
  results.control?.passed === true &&
  faults.every((f) => results.green(f.name, about) >= repeat && results.newest(f.name, about)?.passed === true);

/** Says once of each fault why results that are green do not count. */
function tellForeign(results: Results, faults: readonly Fault[], about: About, o: DrillOptions): void {
  for (const { name } of faults) {
    const why = results.foreign(name, about);
    if (why !== undefined && results.green(name, about) === 0)
      o.progress(`${name} is drilled again: the green result in ${results.directory} ${why}`);
  }
}

/**
 * Drills what is not green yet, all of it once before any of it twice. Never goes on with a cluster that is not healthy, and never throws for one that refuses a
 * drill: what was found before is to be reported.
 */
export async function runSuite(
  d: Deployment,
  faults: readonly Fault[],
  results: Results,
  o: SuiteOptions,
): Promise<Ending> {
  const begun = now();
  const first = o.drill();
  try {
    if (!(await settled(d, first))) return { how: "not healthy", green: false };
    const about = await aboutOf(d, first);
    const ended = (how: Ending["how"]): Ending => ({ how, green: allGreen(results, faults, about, o.repeat) });
    await control(d, results, about, first);
    tellForeign(results, faults, about, first);
    const all = Array.from({ length: o.repeat }, (_, i) => i + 1).flatMap((n) =>
      faults.filter((f) => due(results, f, about, n, o.repeat)),
    );
    const drilling = now();
    for (const [done, fault] of all.entries()) {
      const options = o.drill();
      if (options.signal.aborted || now() - begun > o.budgetSeconds * 1000) return ended("out of time");
      options.progress(`drill ${done + 1} of ${all.length}: ${fault.name}${left(done, all.length, now() - drilling)}`);
      if (!(await settled(d, options))) return ended("not healthy");
      await one(d, fault, results, options);
    }
    return ended("done");
  } catch (e) {
    if (!(e instanceof NotReady)) throw e;
    first.progress(e.message);
    return { how: "refused", green: false };
  }
}

/** How long it may still take, by those that are done. */
const left = (done: number, all: number, ms: number): string =>
  done === 0 ? "" : `, about ${Math.max(1, Math.round(((all - done) * ms) / done / 60_000))} min left`;

/** @throws NotReady alone: what else goes wrong is the drill's own result */
async function one(d: Deployment, fault: Fault, results: Results, options: DrillOptions): Promise<void> {
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

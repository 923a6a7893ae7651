import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeAll } from "@qvd-ha/providers/dist/remote";
import { Command, Option } from "commander";
import { loadDeployment } from "../tools/status/deployment";
import type { Common } from "./cli";
import { drillOptions, exitOf, failed, interruptible, positive, say, withCommon } from "./cli";
import type { SetName } from "./faults";
import { faultNamed, setOf } from "./faults";
import type { Fault } from "./faults/fault";
import { list } from "./list";
import { page } from "./page/page";
import { summary } from "./suite/print";
import type { SuiteReport } from "./suite/report";
import { gather, parseReport } from "./suite/report";
import { Results } from "./suite/results";
import type { Ending } from "./suite/run";
import { runSuite } from "./suite/run";
import { record } from "./suite/sightings";

interface Options extends Common {
  readonly set: SetName;
  readonly fault?: string;
  readonly list?: boolean;
  readonly repeat: number;
  readonly results: string;
  readonly compare?: string;
  readonly budget: number;
  readonly reportOnly?: boolean;
  readonly record?: boolean;
}

const ENDINGS: Readonly<Record<Ending["how"], string>> = {
  done: "all of it was drilled",
  "out of time": "not all of it was drilled: call again to go on",
  "not healthy": "ended: the cluster is not healthy (make status says why)",
  refused: "ended: a drill was refused; why stands above",
};

/** On a real cluster the faults that only the lab may see are left out, not refused one by one. */
function chosen(o: Options, inLab: boolean): Fault[] {
  const all = o.fault ? o.fault.split(/[ ,]+/).filter(Boolean).map(faultNamed) : setOf(o.set);
  return all.filter((f) => inLab || o.fault || f.where === "anywhere");
}

async function write(results: Results, before: SuiteReport | undefined): Promise<SuiteReport> {
  const report = gather(results, Date.now());
  const [json, html] = ["report.json", "report.html"].map((f) => join(results.directory, f)) as [string, string];
  writeFileSync(json, `${JSON.stringify(report)}\n`);
  writeFileSync(html, await page(report, before));
  console.log(summary(report, before));
  console.log(`${json}\n${html}`);
  return report;
}

async function main(o: Options): Promise<void> {
  if (o.list) {
    console.log(list());
    return;
  }
  const before = o.compare ? parseReport(readFileSync(o.compare, "utf8")) : undefined;
  const results = new Results(o.results);
  if (o.reportOnly) {
    await write(results, before);
    return;
  }
  const signal = interruptible();
  const d = await loadDeployment(o.outputs);
  const faults = chosen(o, d.lab !== undefined);
  const ending = await runSuite(d, faults, results, {
    repeat: o.repeat,
    budgetSeconds: o.budget,
    drill: () => drillOptions(o, signal),
  }).catch(async (e: Error) => {
    await write(results, before);
    throw e;
  });
  const report = await write(results, before);
  if (o.record) record(report);
  say(ENDINGS[ending.how]);
  process.exitCode = exitOf(ending);
}

withCommon(new Command("drills"))
  .description("Drills a set of faults, one after the other, and makes a report with pictures; calling again goes on")
  .addOption(new Option("--set <name>", "which faults").choices(["quick", "full"]).default("quick"))
  .option("--fault <names>", "these faults instead of a set")
  .option("--list", "every fault, what must come of it, and whether that was ever seen")
  .option("--repeat <n>", "how often each has to be green", positive, 1)
  .option("--results <dir>", "what is green in there is not drilled again", ".state/drills/results")
  .option("--compare <file>", "an older report, to be shown beside this one")
  .option("--budget <s>", "begin no drill after so many seconds", positive, 86_400)
  .option("--report-only", "drill nothing; make the report of what is there")
  .option("--record", "note in drills/sightings.json what has come as expected")
  .action(main)
  .parseAsync()
  .catch(failed)
  .finally(closeAll);

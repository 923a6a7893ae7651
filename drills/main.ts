import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { closeAll } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import { loadDeployment } from "../tools/status/deployment";
import type { Common } from "./cli";
import { drillOptions, Exit, failed, interruptible, positive, say, withCommon } from "./cli";
import { controlWords, negativeControl } from "./control";
import { faultNamed } from "./faults";
import { list } from "./list";
import { print, printRepeats } from "./report/print";
import type { DrillReport } from "./report/report";
import { journalOf, restoreLeft, runDrill } from "./run";

interface Options extends Common {
  readonly list?: boolean;
  readonly repeat: number;
  readonly json?: string;
}

const CONTROL = "negative-control";
const RESTORE = "restore";

async function control(o: Options, signal: AbortSignal): Promise<void> {
  const result = await negativeControl(await loadDeployment(o.outputs), drillOptions(o, signal));
  console.log(controlWords(result));
  console.log(
    result.passed ? "PASSED: the checker finds each of them" : "FAILED: it has to find each of them, and no other",
  );
  process.exitCode = result.passed ? 0 : Exit.Unexpected;
}

async function restoreOnly(o: Options, signal: AbortSignal): Promise<void> {
  const d = await loadDeployment(o.outputs);
  const journal = journalOf(d, o.directory);
  if (journal.open.length === 0) console.log("nothing is left to take back");
  await restoreLeft(d, journal, drillOptions(o, signal));
}

async function drill(name: string, o: Options, signal: AbortSignal): Promise<void> {
  const fault = faultNamed(name);
  const deployment = await loadDeployment(o.outputs);
  const reports: DrillReport[] = [];
  for (let i = 0; i < o.repeat && !signal.aborted; i++) {
    if (o.repeat > 1) say(`drill ${i + 1} of ${o.repeat}`);
    const report = await runDrill(deployment, fault, drillOptions(o, signal));
    reports.push(report);
    console.log(print(report));
    if (o.json) {
      mkdirSync(dirname(o.json), { recursive: true });
      writeFileSync(o.json, `${JSON.stringify(reports, null, 2)}\n`);
    }
  }
  if (o.repeat > 1) console.log(printRepeats(reports));
  process.exitCode = reports.every((r) => r.passed) ? 0 : Exit.Unexpected;
}

async function main(name: string | undefined, o: Options): Promise<void> {
  if (o.list || name === undefined) {
    console.log(list());
    console.log(`\n${CONTROL}: no fault; proves that the ledger's checker finds lost writes`);
    console.log(`${RESTORE}: takes back what an interrupted drill has left`);
    return;
  }
  const signal = interruptible();
  if (name === CONTROL) return control(o, signal);
  if (name === RESTORE) return restoreOnly(o, signal);
  return drill(name, o, signal);
}

withCommon(new Command("drill"))
  .description("Breaks something on purpose, and tells what became of the database and of every acknowledged write")
  .argument("[fault]", "what to break")
  .option("--list", "the faults that there are")
  .option("--repeat <n>", "so many times, each from full redundancy", positive, 1)
  .option("--json <file>", "everything that was found, as JSON")
  .action(main)
  .parseAsync()
  .catch(failed)
  .finally(closeAll);

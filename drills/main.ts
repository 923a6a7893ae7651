import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { closeAll } from "@qvd-ha/providers/dist/remote";
import { Command, InvalidArgumentError } from "commander";
import { loadDeployment, NotDeployed } from "../tools/status/deployment";
import { negativeControl } from "./control";
import { faultNamed, faults } from "./faults";
import type { DrillOptions } from "./options";
import { NotReady } from "./precheck";
import { print, printRepeats } from "./report/print";
import type { DrillReport } from "./report/report";
import { runDrill } from "./run";

/** Exit status: 0 all came as expected, 1 not, 2 the drill itself failed, 3 it was refused and nothing was touched. */
const enum Exit {
  Unexpected = 1,
  Broken = 2,
  Refused = 3,
}

interface Options {
  readonly list?: boolean;
  readonly repeat: number;
  readonly json?: string;
  readonly secondsLimit: number;
  readonly period: number;
  readonly rate: number;
  readonly clients: number;
  readonly directory: string;
  readonly outputs?: string;
}

const CONTROL = "negative-control";

function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0)) throw new InvalidArgumentError("must be a positive number");
  return n;
}

const stamp = (): string => new Date().toISOString().replace(/\.\d+/, "").replace(/:/g, "");
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

function drillOptions(o: Options, signal: AbortSignal): DrillOptions {
  const directory = join(o.directory, stamp());
  return { ...o, periodSeconds: o.period, directory, signal, progress: say };
}

async function control(o: Options, signal: AbortSignal): Promise<void> {
  const verdict = await negativeControl(await loadDeployment(o.outputs), drillOptions(o, signal));
  const found = verdict.lost.length;
  console.log(`${verdict.acknowledged} writes noted as acknowledged, some of them too early: ${found} found lost`);
  console.log(found > 0 ? "PASSED: the checker finds lost writes" : "FAILED: the checker finds nothing");
  process.exitCode = found > 0 ? 0 : Exit.Unexpected;
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
    for (const f of faults) console.log(`${f.name.padEnd(20)} ${f.title}`);
    console.log(`${CONTROL.padEnd(20)} no fault: proves that the ledger's checker finds lost writes`);
    return;
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  await (name === CONTROL ? control(o, interrupted.signal) : drill(name, o, interrupted.signal));
}

new Command("drill")
  .description("Breaks something on purpose, and tells what became of the database and of every acknowledged write")
  .argument("[fault]", "what to break")
  .option("--list", "the faults that there are")
  .option("--repeat <n>", "so many times, each from full redundancy", positive, 1)
  .option("--json <file>", "everything that was found, as JSON")
  .option("--seconds-limit <s>", "the longest that the ledger writes", positive, 1200)
  .option("--period <s>", "seconds between two samples of a node", positive, 2)
  .option("--rate <n>", "rows a second, all clients together", positive, 50)
  .option("--clients <n>", "clients of the ledger", positive, 8)
  .option("--directory <dir>", "where the clients' logs go", ".state/drills")
  .option("--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi")
  .action(main)
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = e instanceof NotReady || e instanceof NotDeployed ? Exit.Refused : Exit.Broken;
  })
  .finally(closeAll);

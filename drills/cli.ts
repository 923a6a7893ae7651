import { join } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { NotDeployed } from "../tools/status/deployment";
import { Unfit } from "./needs";
import type { DrillOptions } from "./options";
import { NotReady } from "./precheck";
import type { Ending } from "./suite/run";

/** Exit status: 0 all came as expected, 1 not, 2 the drill itself failed, 3 it was refused and nothing was touched. */
export const enum Exit {
  Unexpected = 1,
  Broken = 2,
  Refused = 3,
}

/** What every verb that drills takes. */
export interface Common {
  readonly secondsLimit: number;
  readonly period: number;
  readonly rate: number;
  readonly clients: number;
  readonly directory: string;
  readonly verify: boolean;
  readonly consent?: string;
  readonly outputs?: string;
}

export function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0)) throw new InvalidArgumentError("must be a positive number");
  return n;
}

export const withCommon = (c: Command): Command =>
  c
    .option("--seconds-limit <s>", "the longest that the ledger writes", positive, 1800)
    .option("--period <s>", "seconds between two samples of a node", positive, 1)
    .option("--rate <n>", "rows a second, all clients together", positive, 50)
    .option("--clients <n>", "clients of the ledger", positive, 8)
    .option("--directory <dir>", "where the clients' logs go", ".state/drills")
    .option("--no-verify", "leave out the checks that read the whole data afterwards")
    .option("--consent <name>", "break this cluster, which is not the embedded lab's")
    .option("--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi");

const stamp = (): string => new Date().toISOString().replace(/\.\d+/, "").replace(/:/g, "");
export const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

export function drillOptions(o: Common, signal: AbortSignal): DrillOptions {
  const { directory: home, period: periodSeconds } = o;
  const consent = o.consent || undefined;
  return { ...o, home, periodSeconds, consent, directory: join(home, stamp()), signal, progress: say };
}

/** Ends in order at the first signal: what was done is taken back. */
export function interruptible(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      say("interrupted: taking back what was done (once more to end at once; the next drill then takes it back)");
      interrupted.abort();
    });
  return interrupted.signal;
}

/** The exit status of a set: 0 only where all that was asked for is green, as often as was asked for. */
export function exitOf({ how, green }: Ending): number {
  if (how === "not healthy" || how === "refused") return Exit.Refused;
  return how === "done" && green ? 0 : Exit.Unexpected;
}

/** Says why, and sets the exit status. */
export function failed(e: Error): void {
  console.error(e.message);
  process.exitCode = [NotReady, NotDeployed, Unfit].some((c) => e instanceof c) ? Exit.Refused : Exit.Broken;
}

import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { Deployment } from "./deployment";
import { loadDeployment } from "./deployment";
import { problems } from "./health";
import { activeNode, readStatus } from "./read";
import { screen } from "./screen";
import { summary } from "./summary";

/** Exit status where the cluster is reached but not healthy. */
const NOT_HEALTHY = 1;

interface Options {
  readonly outputs?: string;
  readonly json?: boolean;
  readonly summary?: boolean;
  /** Seconds between two looks. */
  readonly watch?: string | true;
}

const DEFAULT_WATCH_SECONDS = 5;
/** From the upper left corner on, and nothing of what stood there before. */
const CLEAR = "\u001b[H\u001b[2J\u001b[3J";

/** A deployment may end before a machine that it made has joined; what it ends with waits that long for that. */
const SETTLE_SECONDS = 90;

/** What a deployment ends with: done is done, even where a disk is still being copied to. */
async function ending(deployment: Deployment): Promise<string> {
  const deadline = Date.now() + SETTLE_SECONDS * 1000;
  for (;;) {
    const status = await readStatus(deployment);
    const lasting = problems(status).filter((p) => !p.passes);
    process.exitCode = lasting.length === 0 ? 0 : NOT_HEALTHY;
    if (lasting.length === 0 || Date.now() > deadline) return summary(deployment, status);
    await sleep(3000);
  }
}

async function look(deployment: Deployment, options: Options): Promise<string> {
  const status = await readStatus(deployment);
  const found = problems(status);
  process.exitCode = found.length === 0 ? 0 : NOT_HEALTHY;
  if (options.json) {
    const all = { ...status, activeNode: activeNode(status), problems: found };
    // While it is watched, one line each, for whoever reads it as it comes.
    return options.watch ? JSON.stringify(all) : JSON.stringify(all, null, 2);
  }
  return screen(deployment, status);
}

async function show(options: Options): Promise<void> {
  const deployment = await loadDeployment(options.outputs);
  if (options.summary) {
    console.log(await ending(deployment));
    return;
  }
  if (!options.watch) {
    console.log(await look(deployment, options));
    return;
  }
  const seconds = options.watch === true ? DEFAULT_WATCH_SECONDS : Number(options.watch);
  if (!(seconds > 0)) throw new Error(`--watch ${String(options.watch)}: must be a number of seconds above 0`);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  while (!stop.signal.aborted) {
    const text = await look(deployment, options);
    console.log(process.stdout.isTTY && !options.json ? `${CLEAR}${text}\n${new Date().toISOString()}` : text);
    await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

/** The cluster on one screen; exit status 1 when it is not healthy. */
export const statusCommand = (): Command =>
  new Command("status")
    .description("The cluster on one screen; exit status 1 when it is not healthy")
    .option("--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi")
    .option("--json", "everything, as JSON")
    .option("--summary", "only what a deployment ends with")
    .option("--watch [seconds]", `look again every so many seconds (default: ${DEFAULT_WATCH_SECONDS})`)
    .action((_options: Options, command: Command) => show(command.optsWithGlobals<Options>()));

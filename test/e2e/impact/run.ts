import { spawn } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change, Parts } from "./change";
import { changes, chosen, configOf, overlayOf } from "./change";
import type { Connections } from "./cluster";
import { closeAll, mark, partsOf, settled, since } from "./cluster";
import { announced, happened } from "./happened";
import { install } from "../support/packages";
import { row } from "./table";
import type { Outcome } from "./table";

// Every change of changes.json on a healthy cluster: what its preview announces, and what Pacemaker then does by its own log. Needs the lab's network around it.

const ROOT = join(__dirname, "..", "..", "..");
const PLACE = join(ROOT, ".state", "impact");
const CONFIG = join(PLACE, "Pulumi.dev.yaml");
const OVERLAY = join(PLACE, "overlay.json");
const LOG = join(PLACE, "log");

function pulumi(args: readonly string[], consent = ""): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    QVD_HA_IMPACT_OVERLAY: OVERLAY,
    QVD_HA_CONSENT: consent,
    // The same program many times: its types were checked before.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", ["-C", join(__dirname, "program"), ...args, "--non-interactive"], { env });
    let output = "";
    const take = (d: Buffer): void => void (output += d.toString());
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", reject).once("close", (code) => {
      if (!args.includes("--show-secrets")) appendFileSync(LOG, `\n$ pulumi ${args.join(" ")} [${consent}]\n${output}`);
      resolve({ code: code ?? 1, output });
    });
  });
}

const stack = ["--stack", "dev", "--config-file", CONFIG];

async function configure(change: Change, parts: Parts): Promise<void> {
  for (const [key, value] of configOf(change, parts)) {
    const path = ["--path", `qvd-ha:${key}`];
    const words = value === null ? ["rm", ...path] : ["set", ...path, String(value)];
    const { code, output } = await pulumi(["config", ...words, ...stack]);
    if (code !== 0) throw new Error(output);
  }
}

/** What a refused preview asks for, word by word. */
const wanted = (output: string): string[] =>
  [...new Set([...output.matchAll(/make up CONSENT="([^"]*)"/g)].flatMap((m) => (m[1] as string).split(" ")))].sort();

const up = (consent: string, ...more: string[]): ReturnType<typeof pulumi> =>
  pulumi(["up", "--yes", "--suppress-outputs", ...more, ...stack], consent);

async function one(n: number, before: readonly number[], connections: Connections, parts: Parts): Promise<Outcome> {
  const change = changes[n - 1] as Change;
  const began = Date.now();
  if (change.packages) await install(connections, change.packages);
  await configure(change, parts);
  writeFileSync(OVERLAY, JSON.stringify(overlayOf([...before, n], parts)));
  const from = await mark(connections);
  const first = await up("");
  const preview = first.output.split(/^Updating \(/m)[0] as string;
  const consent = wanted(preview);
  const refused = preview === first.output;
  // The driver itself must refuse, too, where nobody looked at a preview.
  const forced = refused && change.forced ? await up("", "--skip-preview") : undefined;
  const untouched = !refused || happened(await since(connections, from)).length === 0;
  const driverRefused = forced === undefined || (forced.code !== 0 && forced.output.includes("needs consent"));
  const last = refused ? await up(consent.join(" "), "--skip-preview") : first;
  await settled(connections);
  const log = await since(connections, from);
  appendFileSync(LOG, `\n# Pacemaker\n${log}`);
  return {
    n,
    name: change.name,
    announced: announced(preview),
    happened: happened(log),
    consent,
    wanted: change.effects,
    // Refused exactly where consent is needed, and nothing was done without it.
    refusal: refused === consent.length > 0 && untouched && driverRefused,
    error: last.code === 0 ? undefined : last.output.slice(-600),
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

/** The program and its configuration as they are, so that whoever comes next finds the stack as it should be. */
async function restore(connections: Connections): Promise<void> {
  copyFileSync(join(ROOT, "Pulumi.dev.yaml"), CONFIG);
  writeFileSync(OVERLAY, "{}");
  const preview = await pulumi(["preview", "--suppress-outputs", ...stack]);
  const back = await up(wanted(preview.output).join(" "), "--skip-preview");
  if (back.code !== 0) throw new Error(`the stack could not be put back:\n${back.output.slice(-2000)}`);
  await settled(connections);
}

async function main(): Promise<void> {
  const numbers = chosen(process.argv[2]);
  mkdirSync(PLACE, { recursive: true });
  copyFileSync(join(ROOT, "Pulumi.dev.yaml"), CONFIG);
  writeFileSync(OVERLAY, "{}");
  writeFileSync(LOG, "");
  const { code, output } = await pulumi([
    "stack",
    "output",
    "connections",
    "--json",
    "--show-secrets",
    ...stack.slice(0, 2),
  ]);
  if (code !== 0) throw new Error(output);
  const connections = JSON.parse(output) as Connections;
  await settled(connections);
  const parts = await partsOf(connections);
  const outcomes: Outcome[] = [];
  const made: number[] = [];
  for (const n of numbers) {
    const config = readFileSync(CONFIG, "utf8");
    const outcome = await one(n, made, connections, parts);
    outcomes.push(outcome);
    console.log(row(outcome));
    // A change that could not be made would fail all those on top of it.
    if (outcome.error === undefined) made.push(n);
    else writeFileSync(CONFIG, config);
  }
  if (!process.env.QVD_HA_IMPACT_LEAVE) await restore(connections);
  writeFileSync(join(PLACE, "outcomes.json"), JSON.stringify(outcomes, undefined, 2));
  const good = outcomes.filter((o) => row(o).startsWith("ok")).length;
  console.log(`${good} of ${outcomes.length}`);
  if (good < outcomes.length) process.exitCode = 1;
  closeAll();
}

main().catch((e: unknown) => {
  console.error(e);
  process.exitCode = 1;
  closeAll();
});

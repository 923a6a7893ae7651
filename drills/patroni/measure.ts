import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Command } from "commander";
import { positive, say } from "../cli";
import { Ledger } from "../ledger";
import { check, kept } from "../ledger/check";
import { now } from "../ledger/entry";
import { gapOf } from "../ledger/gaps";
import type { Target } from "../ledger/session";
import { createTable, dropTable, readTable } from "../ledger/table";
import type { Comparison } from "../profiles/table";
import { spread } from "../suite/figures";
import { until } from "../wait";

// A power cut of Patroni's leader, seen by the same clients as ours. Needs the lab's network around it; drills/patroni/run gives it.

const exec = promisify(execFile);
const NODES: Readonly<Record<string, string>> = { qvddb1: "172.20.64.91", qvddb2: "172.20.64.92" };
const WHOLE_SECONDS = 900;
const STEADY_SECONDS = 120;
const SERVED_SECONDS = 300;
/** After writes are acknowledged again, to see whether they go on. */
const HOLD_MS = 20_000;

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

async function members(): Promise<readonly Member[]> {
  for (const address of Object.values(NODES)) {
    const answer = await fetch(`http://${address}:8008/cluster`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return ((await answer.json()) as { members: Member[] }).members;
  }
  return [];
}

const leader = (all: readonly Member[]): Member | undefined =>
  all.find((m) => m.role === "leader" && m.state === "running");
const whole = (all: readonly Member[]): boolean =>
  leader(all) !== undefined && all.some((m) => m.role === "sync_standby" && /running|streaming/.test(m.state));

interface Run {
  readonly leader: string;
  readonly seconds?: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly phantom: number;
  readonly kept: boolean;
}

interface Options {
  readonly await?: boolean;
  readonly leader?: boolean;
  readonly repeat: number;
  readonly uri?: string;
  readonly password?: string;
  readonly json?: string;
  readonly values?: string;
  readonly ours?: string;
}

const signal = new AbortController().signal;
const awaitWhole = async (): Promise<void> => {
  const came = await until(async () => whole(await members()), now() + WHOLE_SECONDS * 1000, 2_000, signal);
  if (!came) throw new Error(`no leader with a synchronous standby within ${WHOLE_SECONDS} s`);
};

async function drill(target: Target, uri: string, directory: string): Promise<Run> {
  await awaitWhole();
  const victim = leader(await members())?.name as string;
  const survivor = Object.keys(NODES).find((n) => n !== victim) as string;
  // The clients begin with the one that is up, as libpq would at random: so ours are not favoured by a name that points right.
  const hosts = { host: NODES[victim] as string, others: [NODES[survivor] as string] };
  const t = { ...target, ...hosts };
  await createTable(t);
  const ledger = await Ledger.start({ target: t, directory, secondsLimit: 1800 });
  await ledger.waitSteady(STEADY_SECONDS);
  say(`cutting the power of ${victim}, the leader`);
  const injected = now();
  await exec("virsh", ["-q", "-c", uri, "destroy", victim]);
  const served = await until(
    () => (ledger.lastOk ?? 0) > injected + 1_000,
    injected + SERVED_SECONDS * 1000,
    250,
    signal,
  );
  say(served ? "writes are acknowledged" : "no write was acknowledged in time");
  // Nobody else switches it on: Patroni does not fence.
  await exec("virsh", ["-q", "-c", uri, "start", victim]);
  await sleep(HOLD_MS);
  const wroteUntil = now();
  const entries = await ledger.stop();
  const verdict = check(entries, await readTable(t));
  await dropTable(t);
  const acknowledged = entries.filter((e) => e.what === "ok").map((e) => e.at);
  const gap = gapOf(acknowledged, injected, wroteUntil);
  return {
    leader: victim,
    ...(served && gap ? { seconds: gap.seconds } : {}),
    acknowledged: verdict.acknowledged,
    lost: verdict.lost.length,
    phantom: verdict.phantom.length,
    kept: kept(verdict),
  };
}

function beside(file: string | undefined): string[] {
  if (!file || !existsSync(file)) return ["ours: not measured here yet (make profiles)"];
  const c = JSON.parse(readFileSync(file, "utf8")) as Comparison;
  const line = c.lines.find((l) => l.fault === "power-cut" && l.piece === undefined);
  return c.names.map((name, i) => {
    const s = line?.spreads[i];
    return `ours, ${name}: ${s ? `${s.min.toFixed(1)} ${s.median.toFixed(1)} ${s.max.toFixed(1)} s of ${s.count}` : "not measured"}`;
  });
}

async function main(o: Options): Promise<void> {
  if (o.await) return awaitWhole();
  if (o.leader) {
    console.log(leader(await members())?.name.replace(/^qvddb/, ""));
    return;
  }
  const [uri, passwordFile, json] = [o.uri, o.password, o.json];
  if (!uri || !passwordFile || !json) throw new Error("needs --uri, --password and --json: call drills/patroni/run");
  const password = readFileSync(passwordFile, "utf8").trim();
  const target: Target = { host: "", port: 5432, database: "qvddb", user: "qvd", password };
  const runs: Run[] = [];
  for (let i = 1; i <= o.repeat; i++) {
    say(`drill ${i} of ${o.repeat}`);
    const directory = join(dirname(json), `run-${Date.now()}`);
    runs.push(await drill(target, uri, directory));
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify({ values: o.values, runs }, null, 2)}\n`);
    console.log(JSON.stringify(runs.at(-1)));
  }
  const s = spread(runs.flatMap((r) => (r.seconds === undefined ? [] : [r.seconds])));
  console.log("gap after a power cut of the node that serves: least, median, most");
  console.log(
    `Patroni (${o.values ?? ""}): ${s ? `${s.min.toFixed(1)} ${s.median.toFixed(1)} ${s.max.toFixed(1)} s of ${s.count}` : "never served again"}`,
  );
  for (const l of beside(o.ours)) console.log(l);
  if (runs.some((r) => !r.kept)) process.exitCode = 1;
}

new Command("patroni")
  .option("--await", "only wait for a leader and a synchronous standby")
  .option("--leader", "only print the leader's number")
  .option("--repeat <n>", "how often", positive, 3)
  .option("--uri <uri>", "libvirt's")
  .option("--password <file>", "of the role")
  .option("--json <file>", "everything that was found")
  .option("--values <text>", "Patroni's timers, to be printed")
  .option("--ours <file>", "what make profiles has written")
  .action(main)
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 2;
  });

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "@qvd-ha/providers/dist/remote";
import { Ledger } from "../../../drills/ledger";
import { check, kept } from "../../../drills/ledger/check";
import { longestGap } from "../../../drills/ledger/gaps";
import { createTable, dropTable, readTable } from "../../../drills/ledger/table";
import { targetOf } from "../../../drills/options";
import { machineFact } from "../../../tools/doctor/facts/machine";
import type { Deployment } from "../../../tools/status/deployment";
import { connectionOf } from "../../../tools/status/deployment";
import { problems } from "../../../tools/status/health";
import type { Status } from "../../../tools/status/read";
import { activeNode, readStatus } from "../../../tools/status/read";
import { call } from "./call";
import type { Before, Case } from "./case";

export interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly gapSeconds: number;
  readonly acknowledged: number;
  readonly faults: readonly string[];
}

const STEADY_SECONDS = 120;
const LONGEST_SECONDS = 3 * 3600;

async function boots(d: Deployment): Promise<Record<string, string>> {
  const all = await Promise.all(
    d.nodes.map(async (n) => {
      const [a] = await run(connectionOf(d, n), [machineFact.command]);
      return [n, a ? machineFact.parse(a).bootId : ""] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** Failures that are over say nothing about redundancy. */
const open = (s: Status): string[] =>
  problems(s)
    .filter((p) => p.kind !== "failure")
    .map((p) => p.what);

async function whole(d: Deployment, seconds: number): Promise<Status> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const s = await readStatus(d);
    if (open(s).length === 0 || Date.now() > deadline) return s;
    await sleep(5_000);
  }
}

/** One case: the verb is called while eight clients write, and what they were told is compared with what is there. */
export async function runCase(d: Deployment, c: Case): Promise<Result> {
  const began = Date.now();
  const faults: string[] = [];
  const first = await whole(d, 300);
  const active = activeNode(first);
  if (open(first).length > 0 || active === undefined)
    return {
      name: c.name,
      seconds: 0,
      gapSeconds: 0,
      acknowledged: 0,
      faults: [`not healthy before: ${open(first).join("; ")}`],
    };
  const before: Before = { active, passive: d.nodes.find((n) => n !== active) as string, boots: await boots(d) };
  const target = targetOf(d);
  await createTable(target);
  const ledger = await Ledger.start({
    target,
    directory: mkdtempSync(join(tmpdir(), "qvd-ha-verbs-")),
    secondsLimit: LONGEST_SECONDS,
  });
  let from = Date.now();
  try {
    await ledger.waitSteady(STEADY_SECONDS);
    from = Date.now();
    for (const one of c.calls) {
      const words = one.words.replaceAll("ACTIVE", before.active).replaceAll("PASSIVE", before.passive);
      const { code, said } = await call(one, words);
      if (one.killed === undefined && code !== (one.exits ?? 0))
        faults.push(
          `${words} ended with ${code} instead of ${one.exits ?? 0}: ${said.trim().split("\n").slice(-2).join(" | ")}`,
        );
      if (one.says && !one.says.test(said)) faults.push(`${words} does not say ${String(one.says)}`);
      if (one.killed !== undefined && code !== undefined) faults.push(`${words} had ended before it could be killed`);
    }
    const last = await whole(d, c.whole);
    faults.push(...open(last).map((p) => `not whole: ${p}`));
    // Until writes flow again, so that the last gap is seen to its end.
    await ledger.waitSteady(STEADY_SECONDS);
    const served = activeNode(last);
    faults.push(...(c.then?.({ ...last, ...(served ? { active: served } : {}), boots: await boots(d) }, before) ?? []));
  } catch (e) {
    faults.push((e as Error).message);
  }
  const entries = await ledger.stop();
  const end = Date.now();
  const verdict = check(entries, await readTable(target));
  if (!kept(verdict))
    faults.push(
      `${verdict.lost.length} acknowledged writes lost, ${verdict.phantom.length} phantom, ${verdict.wentBack.length} went back`,
    );
  const oks = entries
    .filter((e) => e.what === "ok" && e.at >= from)
    .map((e) => e.at)
    .sort((a, b) => a - b);
  const gapSeconds = longestGap([from, ...oks], end)?.seconds ?? 0;
  const limit = c.gap === "any" ? Infinity : c.gap === "bound" ? (d.worstCaseFailoverSeconds ?? 390) : c.gap;
  if (gapSeconds > limit)
    faults.push(`a gap of ${gapSeconds.toFixed(1)} s between acknowledged writes, at most ${limit} s expected`);
  await dropTable(target);
  return {
    name: c.name,
    seconds: Math.round((end - began) / 1000),
    gapSeconds,
    acknowledged: verdict.acknowledged,
    faults,
  };
}

export const printed = (r: Result): string =>
  `${r.faults.length === 0 ? "ok " : "BAD"} ${r.name}: ${r.seconds} s, longest gap ${r.gapSeconds.toFixed(1)} s, ${r.acknowledged} writes acknowledged${r.faults.length === 0 ? ", none lost" : `: ${r.faults.join("; ")}`}`;

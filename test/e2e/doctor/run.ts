import type { Finding } from "../../../tools/doctor/finding";
import { environment, onNodes, outputs, ROOT, sh } from "../support/stack";
import type { Outputs } from "../support/stack";
import type { Row } from "./row";

/** What came of a row. */
export interface Result {
  readonly n: number;
  readonly row: Row;
  readonly node: string;
  /** What the doctor said of it. */
  readonly named?: Finding;
  /** What was typed then, word for word as it was advised. */
  readonly typed: readonly string[];
  readonly seconds: number;
  /** Why it is not as the row says; empty where it is. */
  readonly faults: readonly string[];
}

const EVERY_MS = 5_000;
const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
const fill = (text: string, active: string, passive: string): string =>
  text.replaceAll("ACTIVE", active).replaceAll("PASSIVE", passive);

/** What the doctor finds, by the command that a person types. */
export async function doctor(): Promise<Finding[]> {
  // The program itself, as make's own exit status does not tell one failure from another.
  const { code, output } = await sh("tools/verbs/qvd-ha doctor --json");
  const json = /^\[\]$|^\[\n[\s\S]*?^\]$/m.exec(output)?.[0];
  if (code === 2 || code === 3 || json === undefined)
    throw new Error(`make doctor ended with ${code}: ${output.slice(-1500)}`);
  return JSON.parse(json) as Finding[];
}

const wrong = (all: readonly Finding[]): Finding[] => all.filter((f) => f.severity !== "note");

/** Until nothing has to be done; what is left where it does not come to that. */
async function sound(seconds: number): Promise<Finding[]> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const left = wrong(await doctor());
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(EVERY_MS);
  }
}

async function roles(o: Outputs): Promise<{ active: string; passive: string }> {
  const said = await onNodes(
    o.connections,
    "crm_resource --locate --resource p_postgres 2>/dev/null | sed -n 's/.*on: \\(\\S*\\).*/\\1/p'",
  );
  const active = Object.values(said)
    .map((a) => a.stdout.trim())
    .find((n) => o.nodes.includes(n));
  if (!active) throw new Error("the database runs nowhere");
  return { active, passive: o.nodes.find((n) => n !== active) as string };
}

async function on(o: Outputs, node: string, script: string): Promise<string> {
  const connection = o.connections[node];
  if (!connection) throw new Error(`${node} is no node of the stack`);
  const answer = (await onNodes({ [node]: connection }, script))[node];
  return answer?.code === 0 ? "" : `exit status ${answer?.code}: ${answer?.stderr.trim()}`;
}

async function named(row: Row, where: string): Promise<Finding | undefined> {
  const deadline = Date.now() + (row.shows ?? 60) * 1000;
  for (;;) {
    const all = await doctor();
    const found = all.find((f) => f.rule === row.finds.rule && f.where === where && f.what.includes(row.finds.what));
    if (found || Date.now() > deadline) return found;
    await sleep(EVERY_MS);
  }
}

/** Types what is advised as a person does: the worst first, all of it, and again what is then left, at most three times over. */
async function follow(
  row: Row,
  first: Finding,
  victim: string,
  tell: (text: string) => void,
): Promise<{ readonly typed: readonly string[]; readonly failed: readonly string[] }> {
  const typed: string[] = [];
  const failed: string[] = [];
  let next: readonly Finding[] = [first];
  for (let round = 0; round < 3 && next.length > 0; round++) {
    for (const finding of next)
      for (const advised of finding.next) {
        if (/^make (doctor|status)( ARGS=\S+)?$/.test(advised)) continue;
        // A person names the victim where the repair asks for it.
        const line = victim !== "" && advised.includes("REPAIR=") ? `${advised} VICTIM=${victim}` : advised;
        tell(`  $ ${line}`);
        typed.push(line);
        const { code, output } = await sh(line);
        if (code === 0) continue;
        const why = `ended with ${code}: ${output.trim().split("\n").slice(-3).join(" | ").slice(0, 300)}`;
        tell(`    ${why}`);
        failed.push(`"${line}" ${why}`);
      }
    next = await sound(round === 0 ? (row.heals ?? 300) : 60);
  }
  return { typed, failed };
}

async function one(o: Outputs, row: Row, n: number, tell: (text: string) => void): Promise<Result> {
  const began = Date.now();
  const { active, passive } = await roles(o);
  const place = (word: string): string => (word === "active" ? active : word === "passive" ? passive : word);
  const node = place(row.node);
  const faults: string[] = [];
  const typed: string[] = [];
  environment.QVD_HA_CONSENT = row.consent ?? "";
  let found: Finding | undefined;
  try {
    const why = await on(o, node, fill(row.make, active, passive));
    if (why !== "") faults.push(`it could not be made: ${why}`);
    found = await named(row, place(row.finds.where));
    if (!found) faults.push("the doctor does not name it");
    else {
      tell(`  ${found.severity} ${found.where}: ${found.what}`);
      if (found.next.length === 0) faults.push("the doctor says nothing to do");
      const followed = await follow(row, found, row.victim === undefined ? "" : place(row.victim), tell);
      typed.push(...followed.typed);
      faults.push(...followed.failed);
    }
    const left = await sound(found ? 10 : 0);
    if (left.length > 0) faults.push(`not mended: ${left.map((f) => `${f.where}: ${f.what}`).join("; ")}`);
  } catch (e) {
    faults.push((e as Error).message);
  }
  if (faults.length > 0 && row.undo) {
    const why = await on(o, node, fill(row.undo, active, passive)).catch((e: Error) => e.message);
    if (why !== "") tell(`  taking it back: ${why}`);
    await sound(row.heals ?? 300);
  }
  return {
    n,
    row,
    node,
    ...(found ? { named: found } : {}),
    typed,
    seconds: Math.round((Date.now() - began) / 1000),
    faults,
  };
}

/**
 * Makes each fault on the cluster that is up, lets the doctor name it, types what it says, and lets it look again.
 * @param numbers of rows, from 1 on
 */
export async function runTable(
  all: readonly Row[],
  numbers: readonly number[],
  tell: (text: string) => void,
): Promise<Result[]> {
  const before = await sound(120);
  if (before.length > 0)
    throw new Error(`the cluster is not sound to begin with (${ROOT}): ${before.map((f) => f.what).join("; ")}`);
  const o = await outputs();
  const results: Result[] = [];
  for (const n of numbers) {
    const row = all[n - 1] as Row;
    tell(`${n} ${row.name}`);
    const result = await one(o, row, n, tell);
    results.push(result);
    tell(printed(result));
  }
  return results;
}

export const good = (r: Result): boolean => r.faults.length === 0;

export const printed = (r: Result): string =>
  `${good(r) ? "ok " : "BAD"} ${String(r.n).padStart(2)} ${r.row.name} (${r.node}, ${r.seconds} s)${good(r) ? "" : `: ${r.faults.join("; ")}`}`;

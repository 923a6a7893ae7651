import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inLab, must, outputs, pulumi, ROOT, secrets, sh } from "../support/stack";
import { names, parseDiff } from "./diff";
import type { Row } from "./row";
import { consents, rows, touched } from "./row";
import type { Nodes } from "./service";
import { actions, moment, onEach } from "./service";

/** What came of a row. */
export interface Result {
  readonly row: Row;
  readonly node: string;
  /** The path at which it was named. */
  readonly named?: string;
  readonly repaired: boolean;
  /** Why it is not as the row says; empty where it is. */
  readonly faults: readonly string[];
}

export interface Noop {
  readonly previewSeconds: number;
  readonly refreshSeconds: number;
  /** SSH executions by `kind node`. */
  readonly trips: Readonly<Record<string, number>>;
}

export interface Table {
  readonly results: readonly Result[];
  readonly noop: Noop;
}

interface Placed {
  readonly row: Row;
  readonly node: string;
}

const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
const STACK = "--stack dev --non-interactive";

async function seconds(command: string): Promise<number> {
  const from = Date.now();
  await must(command);
  return Math.round((Date.now() - from) / 100) / 10;
}

/** Of a preview of a cluster that is as wanted: what it costs, without and with a look at the nodes. */
async function measureNoop(): Promise<Noop> {
  const file = join(ROOT, ".state/test/noop.jsonl");
  rmSync(file, { force: true });
  const previewSeconds = await seconds(pulumi("preview --expect-no-changes"));
  const looking = `env QVD_HA_JOURNAL=${file} pulumi preview --refresh --expect-no-changes ${STACK}`;
  const refreshSeconds = await seconds(inLab(looking));
  const trips: Record<string, number> = {};
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const entry = JSON.parse(line) as { kind: string; roundTrips: Record<string, number> };
    for (const [node, n] of Object.entries(entry.roundTrips))
      trips[`${entry.kind} ${node}`] = (trips[`${entry.kind} ${node}`] ?? 0) + n;
  }
  return { previewSeconds, refreshSeconds, trips };
}

/** A row on its node, with the nodes' names filled in. */
function place(row: Row, active: string, passive: string): Placed {
  const fill = (text: string): string => text.replaceAll("ACTIVE", active).replaceAll("PASSIVE", passive);
  return {
    node: row.node === "active" ? active : row.node === "passive" ? passive : row.node,
    row: {
      ...row,
      change: fill(row.change),
      repaired: fill(row.repaired),
      ...(row.seen ? { seen: { ...row.seen, path: fill(row.seen.path) } } : {}),
      ...(row.cleanup ? { cleanup: fill(row.cleanup) } : {}),
    },
  };
}

/** Runs a piece of bash for each row on its node; which of them succeeded. Rows without one succeed. */
async function each(nodes: Nodes, list: readonly Placed[], piece: (r: Row) => string | undefined): Promise<boolean[]> {
  const texts = list.map((l) => piece(l.row));
  const line = (text: string, i: number): string =>
    `rc=0; timeout 240 bash -c ${quote(`set -e\n${text}`)} >/dev/null 2>&1 </dev/null || rc=$?; echo "row ${i} $rc"`;
  const scripts = Object.keys(nodes).map((node) => [
    node,
    list.flatMap((l, i) => (l.node === node && texts[i] !== undefined ? [line(texts[i], i)] : [])).join("\n") || ":",
  ]);
  if (texts.every((t) => t === undefined)) return texts.map(() => true);
  const said = await onEach(nodes, Object.fromEntries(scripts) as Record<string, string>);
  return list.map((l, i) => texts[i] === undefined || `${said[l.node]}\n`.includes(`row ${i} 0\n`));
}

/** Until every check has succeeded once, or the time is over. */
async function settled(nodes: Nodes, list: readonly Placed[], limitSeconds: number): Promise<boolean[]> {
  const until = Date.now() + limitSeconds * 1000;
  const done = list.map(() => false);
  for (;;) {
    const open = list.flatMap((l, i) => (done[i] ? [] : [{ l, i }]));
    const now = await each(
      nodes,
      open.map((o) => o.l),
      (r) => r.repaired,
    );
    open.forEach((o, k) => (done[o.i] = now[k] as boolean));
    if (!done.includes(false) || Date.now() > until) return done;
    await sleep(3000);
  }
}

const errorsOf = (output: string): string =>
  output
    .split("\n")
    .filter((l) => /error:|^\s+\*|refused|consent/.test(l))
    .slice(0, 4)
    .join(" ")
    .replace(/\s+/g, " ")
    .slice(0, 400);

/** A batch: every change made, one refresh that names each, one `up` that repairs each, and what Pacemaker did meanwhile. `options` are Pulumi's, beside the stack. */
async function runBatch(
  nodes: Nodes,
  batch: readonly Row[],
  known: ReadonlyMap<string, string>,
  options = "",
): Promise<Result[]> {
  const { active, passive } = await moment(nodes);
  const list = batch.map((row) => place(row, active, passive));
  const made = await each(nodes, list, (r) => r.change);
  await sleep(3000);
  const before = await moment(nodes);
  const refreshed = await must(pulumi(`refresh --preview-only --diff ${options}`));
  const shown = parseDiff(refreshed);
  const status = batch.some((r) => r.status) ? (await sh(". ./env.sh && tools/verbs/status")).output : "";
  const consent = [...consents(batch), process.env.QVD_HA_CONSENT ?? ""].join(" ");
  const up = await sh(
    inLab(`env QVD_HA_CONSENT=${quote(consent)} pulumi up --refresh --yes --skip-preview ${options} ${STACK}`),
  );
  const repaired = await settled(nodes, list, 120);
  const disturbed = await actions(nodes, before);
  const after = await moment(nodes);

  const printed = refreshed + up.output;
  const allowed = touched(batch);
  const shared = [
    ...(up.code === 0 ? [] : [`up failed: ${errorsOf(up.output)}`]),
    ...disturbed.filter((a) => !allowed.includes(a.split(" ")[1] as string)).map((a) => `disturbed: ${a}`),
    ...(after.since !== before.since && !allowed.includes("p_postgres") ? ["the server was started again"] : []),
    ...[...known].filter(([secret]) => printed.includes(secret)).map(([, name]) => `${name} was printed`),
  ];
  const results = list.map(({ row, node }, i): Result => {
    const found = row.seen && names(shown, row.seen);
    const untouched = touched([row]).filter((id) => !disturbed.some((a) => a.split(" ")[1] === id));
    const faults = [
      ...(made[i] ? [] : ["the change could not be made"]),
      ...(row.seen && !found ? ["a refresh does not name it"] : []),
      ...(row.status && !new RegExp(row.status).test(status) ? ["make status does not show it"] : []),
      ...(repaired[i] ? [] : [row.seen ? "it is not repaired" : "it was not kept"]),
      ...untouched.map((id) => `${id} was not touched, as it says`),
      ...(row.secret && printed.includes(row.secret) ? ["its secret was printed"] : []),
      ...shared,
    ];
    return { row, node, ...(found ? { named: found.path } : {}), repaired: repaired[i] as boolean, faults };
  });
  await each(nodes, list, (r) => r.cleanup);
  return results;
}

/**
 * The whole table, on the cluster that is up.
 * @param only names of batches; default: all
 * @param tell gets each batch's results as soon as they are there
 */
export async function runTable(only?: readonly string[], tell?: (results: readonly Result[]) => void): Promise<Table> {
  await must(inLab(`pulumi up --refresh --yes --skip-preview ${STACK}`));
  const nodes = (await outputs()).connections;
  const known = await secrets();
  const noop = await measureNoop();
  const batches = [...new Set(rows.map((r) => r.batch))].filter((b) => !only || only.includes(b));
  const results: Result[] = [];
  for (const b of batches) {
    const more = await runBatch(
      nodes,
      rows.filter((r) => r.batch === b),
      known,
    );
    tell?.(more);
    results.push(...more);
  }
  return { results, noop };
}

/** A batch of rows on a stack that is as wanted, with a file of its own. */
export async function runRows(batch: readonly Row[], config: string): Promise<Result[]> {
  return runBatch((await outputs()).connections, batch, await secrets(), `--config-file ${config}`);
}

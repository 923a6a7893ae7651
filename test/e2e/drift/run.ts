import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { inLab, must, onNodes, outputs, pulumi, ROOT, secrets, sh } from "../support/stack";
import { names, parseDiff } from "./diff";
import type { Row } from "./row";
import { consents, rows, touched } from "./row";
import { actions, idle, mark, serving } from "./service";

/** What came of a row. */
export interface Result {
  readonly row: Row;
  readonly node: string;
  /** The path at which it was named; for what its owner keeps, that it was not. */
  readonly named?: string;
  readonly repaired: boolean;
  /** What Pacemaker did to what serves while it was repaired, of the whole batch. */
  readonly disturbed: readonly string[];
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

type Nodes = Record<string, Connection>;

const seconds = async (command: string): Promise<number> => {
  const from = Date.now();
  await must(command);
  return Math.round((Date.now() - from) / 100) / 10;
};

/** Of a preview of a cluster that is as wanted: what it costs, without and with a look at the nodes. */
async function measureNoop(): Promise<Noop> {
  const file = join(ROOT, ".state/test/noop.jsonl");
  rmSync(file, { force: true });
  const previewSeconds = await seconds(pulumi("preview --expect-no-changes"));
  const refreshSeconds = await seconds(
    inLab(`env QVD_HA_JOURNAL=${file} ${"pulumi preview --refresh --expect-no-changes --stack dev --non-interactive"}`),
  );
  const trips: Record<string, number> = {};
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const entry = JSON.parse(line) as { kind: string; roundTrips: Record<string, number> };
    for (const [node, n] of Object.entries(entry.roundTrips)) {
      const key = `${entry.kind} ${node}`;
      trips[key] = (trips[key] ?? 0) + n;
    }
  }
  return { previewSeconds, refreshSeconds, trips };
}

/** Runs a piece of bash for every row on its node, all nodes at once; which of them succeeded. */
async function each(
  nodes: Nodes,
  list: readonly { row: Row; node: string }[],
  piece: (r: Row) => string | undefined,
): Promise<boolean[]> {
  const done = list.map(() => true);
  await Promise.all(
    [...new Set(list.map((l) => l.node))].map(async (node) => {
      const mine = list.flatMap((l, i) => (l.node === node ? [{ i, text: piece(l.row) }] : []));
      const script = mine
        .filter((m) => m.text !== undefined)
        .map(
          (m) =>
            `rc=0; timeout 120 bash -c ${quote(`set -e\n${m.text}`)} >/dev/null 2>&1 </dev/null || rc=$?; echo "row ${m.i} $rc"`,
        )
        .join("\n");
      if (script === "") return;
      const said = (await onNodes({ [node]: nodes[node] as Connection }, script))[node]?.stdout ?? "";
      for (const { i, text } of mine) if (text !== undefined) done[i] = said.includes(`row ${i} 0`);
    }),
  );
  return done;
}

const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

/** Until every check has succeeded once, or the time is over. */
async function settled(nodes: Nodes, list: readonly { row: Row; node: string }[], limit: number): Promise<boolean[]> {
  const until = Date.now() + limit * 1000;
  let done = await each(nodes, list, (r) => r.repaired);
  while (done.includes(false) && Date.now() < until) {
    await sleep(4000);
    const again = await each(
      nodes,
      list.map((l, i) => (done[i] ? { ...l, row: { ...l.row, repaired: "true" } } : l)),
      (r) => r.repaired,
    );
    done = done.map((d, i) => d || (again[i] as boolean));
  }
  return done;
}

/** A batch: every change made, one refresh that names each, one `up` that repairs each, and what Pacemaker did meanwhile. */
async function runBatch(nodes: Nodes, batch: readonly Row[], known: ReadonlyMap<string, string>): Promise<Result[]> {
  const before = await serving(nodes);
  const list = batch.map((row) => ({
    row,
    node: row.node === "active" ? before.active : row.node === "passive" ? before.passive : row.node,
  }));
  const fill = (text: string): string => text.replaceAll("ACTIVE", before.active).replaceAll("PASSIVE", before.passive);
  const filled = list.map(({ row, node }) => ({
    node,
    row: {
      ...row,
      change: fill(row.change),
      repaired: fill(row.repaired),
      ...(row.seen ? { seen: { ...row.seen, path: fill(row.seen.path) } } : {}),
      ...(row.cleanup ? { cleanup: fill(row.cleanup) } : {}),
    },
  }));
  const made = await each(nodes, filled, (r) => r.change);
  await sleep(3000);
  await idle(nodes);
  const refreshed = await must(pulumi("refresh --preview-only --diff"));
  const shown = parseDiff(refreshed);
  const status = batch.some((r) => r.status) ? (await sh(". ./env.sh && tools/verbs/status")).output : "";
  const since = await mark(nodes);
  const started = (await serving(nodes)).since;
  const consent = consents(batch).join(" ");
  const up = await sh(
    inLab(
      `env QVD_HA_CONSENT=${quote(consent)} pulumi up --refresh --yes --skip-preview --stack dev --non-interactive`,
    ),
  );
  const repaired = await settled(nodes, filled, 120);
  const disturbed = await actions(nodes, since);
  const restarted = (await serving(nodes)).since !== started;
  const allowed = touched(batch);
  const leaks = [...known].filter(([secret]) => refreshed.includes(secret) || up.output.includes(secret));

  const results = filled.map(({ row, node }, i): Result => {
    const found = row.seen && names(shown, row.seen);
    const wrongly = disturbed.filter((a) => !allowed.includes(a.split(" ")[1] as string));
    const missing =
      row.disturbs === "none" ? [] : touched([row]).filter((id) => !disturbed.some((a) => a.split(" ")[1] === id));
    const faults = [
      ...(made[i] ? [] : ["the change could not be made"]),
      ...(row.seen && !found ? ["a refresh does not name it"] : []),
      ...(row.status && !new RegExp(row.status).test(status) ? ["make status does not show it"] : []),
      ...(up.code === 0
        ? []
        : [
            `up failed: ${up.output
              .split("\n")
              .filter((l) => /error:/.test(l))
              .slice(0, 2)
              .join(" ")
              .slice(0, 300)}`,
          ]),
      ...(repaired[i] ? [] : [row.seen ? "it is not repaired" : "it was not kept"]),
      ...(wrongly.length > 0 ? [`disturbed: ${wrongly.join(", ")}`] : []),
      ...(missing.length > 0 ? [`${missing.join(", ")} was not touched, as it says`] : []),
      ...(restarted && !allowed.includes("p_postgres") ? ["the server was started again"] : []),
      ...(row.secret && (refreshed.includes(row.secret) || up.output.includes(row.secret))
        ? ["a secret was printed"]
        : []),
      ...leaks.map(([, name]) => `${name} was printed`),
    ];
    return { row, node, ...(found ? { named: found.path } : {}), repaired: repaired[i] as boolean, disturbed, faults };
  });
  await each(nodes, filled, (r) => r.cleanup);
  return results;
}

/** The whole table, on the cluster that is up. @param only names of batches; default: all */
export async function runTable(only?: readonly string[]): Promise<Table> {
  await must(inLab("pulumi up --refresh --yes --skip-preview --stack dev --non-interactive"));
  const nodes = (await outputs()).connections;
  const known = await secrets();
  const noop = await measureNoop();
  const batches = [...new Set(rows.map((r) => r.batch))].filter((b) => !only || only.includes(b));
  const results: Result[] = [];
  for (const b of batches)
    results.push(
      ...(await runBatch(
        nodes,
        rows.filter((r) => r.batch === b),
        known,
      )),
    );
  return { results, noop };
}

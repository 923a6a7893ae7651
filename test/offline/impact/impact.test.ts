import { writeFileSync } from "node:fs";
import { wordOf } from "../../../providers/driver/consent";
import { pacemaker } from "../../../providers/pacemaker";
import type { PacemakerSpec } from "../../../providers/pacemaker";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import type { Prediction } from "../../../providers/step";
import { steps } from "../../../providers/step";
import { changes, configAfter, overlayOf } from "../../e2e/impact/change";
import type { Parts } from "../../e2e/impact/change";
import { announced, happened } from "../../e2e/impact/happened";
import { overlaid } from "../../e2e/impact/overlay";
import { faults, row } from "../../e2e/impact/table";
import type { Outcome } from "../../e2e/impact/table";
import { development } from "../pacemaker/development";
import { FENCE_AGENT, NAMES, TwoNodes } from "./twoNodes";

// The same changes as on the guests (test/e2e/impact), as far as they are the cluster's configuration, on the real Corosync and Pacemaker in name spaces of this machine.
// Proves that what our question announces is what Pacemaker then does, by its own log. The agents of DRBD, file system, address, PostgreSQL, ping and fencing are
// stand-ins with the real ones' metadata: how long they take, and what they do beside running or not, is not in it; nor is Pulumi, nor SSH.

const CIB = "qvddb-cluster-cib";
/** What is not the cluster's configuration has no row here. */
const numbers = changes.flatMap((c, i) =>
  Object.keys(c.config ?? {}).some((key) => /^(drbd|database|corosync)\./.test(key)) ? [] : [i + 1],
);
jest.setTimeout(10 * 60_000);

/** What the stack asks for after the first `n` changes. */
async function specAfter(n: number, parts: Parts): Promise<PacemakerSpec> {
  const base = await development({ ...FENCE_AGENT, ...configAfter(n, parts) });
  const overlay =
    overlayOf(
      changes.slice(0, n).map((_, i) => i + 1),
      parts,
    )[CIB] ?? {};
  return pacemakerSchema.parse(overlaid(base, overlay));
}

describe("what a change announces is what Pacemaker does", () => {
  let cluster: TwoNodes;
  let parts: Parts;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    cluster = TwoNodes.up();
    cluster.settled();
    const spec = await specAfter(0, { ACTIVE: NAMES[0], PASSIVE: NAMES[1] });
    const [whole] = steps(pacemaker.plan(spec, cluster.seen(spec)));
    expect(whole?.predict).toBeUndefined();
    expect(cluster.run("qvddb1", whole!.command)).toMatchObject({ code: 0 });
    cluster.settled(7);
    const place = cluster.must("qvddb1", "crm_resource --locate --resource p_postgres 2>&1");
    expect(place).toMatch(/running on: qvddb\d/);
    const [first, second] = NAMES;
    parts = place.includes(`running on: ${first}`)
      ? { ACTIVE: first, PASSIVE: second }
      : { ACTIVE: second, PASSIVE: first };
  });
  afterAll(() => {
    cluster?.down();
    const good = outcomes.filter((o) => faults(o).length === 0).length;
    const table = [...outcomes.map(row), `${good} of ${outcomes.length}`].join("\n");
    // The verb names the file that it shows.
    if (process.env.QVD_HA_TABLE) writeFileSync(process.env.QVD_HA_TABLE, `${table}\n`);
  });

  test.each(numbers.map((n) => [changes[n - 1]?.name ?? "", n] as const))("%s", async (name, n) => {
    const began = Date.now();
    const spec = await specAfter(n, parts);
    const todo = steps(pacemaker.plan(spec, cluster.seen(spec)));
    const said: Prediction[] = [];
    const mark = cluster.mark();
    for (const s of todo) if (s.predict) said.push(s.predict.parse(cluster.run(s.node, s.predict.command)));
    expect(said).toHaveLength(todo.length > 0 ? 1 : 0);
    for (const s of todo) expect(cluster.run(s.node, s.command)).toMatchObject({ code: 0 });
    const words = said.flatMap((x) => x.words);
    // Longer than ping's dampening, where its attribute may go.
    cluster.settled(words.some((w) => w.includes("p_ping")) ? 8 : 2);
    const outcome: Outcome = {
      n,
      name,
      announced: announced(words.join("\n")),
      happened: happened(cluster.since(mark)),
      consent: said.flatMap((x) => x.effects.filter((e) => e.service).map(wordOf)),
      wanted: changes[n - 1]?.effects ?? [],
      refusal: true,
      seconds: Math.round((Date.now() - began) / 1000),
    };
    outcomes.push(outcome);
    expect(faults(outcome)).toEqual([]);
    expect(steps(pacemaker.plan(spec, cluster.seen(spec)))).toEqual([]);
  });
});

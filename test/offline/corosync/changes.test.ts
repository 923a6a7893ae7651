import { readFileSync } from "node:fs";
import { join } from "node:path";
import { classify } from "../../../providers/corosync/classes";
import { differing, keysOf, parseMap, unlike } from "../../../providers/corosync/keys";
import { render } from "../../../providers/corosync/render";
import type { Spec } from "../../../providers/corosync/spec";
import { spec } from "../../unit/corosync/samples";
import { MOVED, Pair } from "./pair";

// Proves with two real daemons that each class of change is what it says: a reload is taken up by both and nobody leaves; one node at a time they stay together although
// they differ; together is only what parts them otherwise. Not: what Pacemaker makes of it. Needs corosync, root and network namespaces.

interface Case {
  readonly name: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly class: string;
}
const cases = JSON.parse(readFileSync(join(__dirname, "changes.json"), "utf8")) as Case[];

const wanted = spec({ token: 1500 });
const nodes: Record<string, Spec["nodes"]> = {
  moved: Object.fromEntries(
    Object.entries(wanted.nodes).map(([n, v]) => [n, { ...v, ring1: MOVED[v.ring1 as string] as string }]),
  ),
  renumbered: Object.fromEntries(Object.entries(wanted.nodes).map(([n, v]) => [n, { ...v, nodeId: v.nodeId + 10 }])),
};
const changed = ({ change }: Case): Spec => ({
  ...wanted,
  ...change,
  ...(change.nodes ? { nodes: nodes[change.nodes as string] as Spec["nodes"] } : {}),
  ...(change.authkey ? { authkey: Buffer.alloc(256, 9).toString("base64") } : {}),
});
const keysBetween = (a: Spec, b: Spec): string[] => [
  ...differing(keysOf(render(a)), keysOf(render(b))),
  ...(a.authkey === b.authkey ? [] : ["authkey"]),
];

const both = Object.keys(wanted.nodes).sort() as [string, string];
const [first, second] = both;
let pair: Pair;

const form = async (): Promise<void> => {
  await Promise.all(both.map((n) => pair.stop(n)));
  for (const n of both) pair.write(n, wanted);
  for (const n of both) pair.start(n);
  expect(await pair.until(first, 2, 30)).toBe(true);
  expect(await pair.until(second, 2, 30)).toBe(true);
};

beforeAll(async () => {
  pair = new Pair(wanted);
  await form();
}, 90_000);
afterAll(() => pair.end(), 30_000);

// A machine that stands still for longer than the token parts the nodes, whatever is changed: what a change does by itself, it does every time.
jest.retryTimes(2, { logErrorsBeforeRetry: true });
/** What a case that failed has left would spoil the next one. */
let clean = true;
beforeEach(async () => {
  if (!clean) await form();
  clean = false;
}, 90_000);

test.each(cases.map((c) => [c.name, c.class, c] as const))(
  "%s: %s",
  async (_name, cls, c) => {
    const next = changed(c);
    expect(classify(keysBetween(wanted, next))).toBe(cls);
    for (const n of both) pair.write(n, next);

    if (cls === "reload") {
      const before = both.map((n) => pair.log(n).length);
      expect(pair.in(first, "corosync-cfgtool -R")).toContain("Done");
      await new Promise((r) => setTimeout(r, 1500));
      both.forEach((n, i) => {
        expect(unlike(parseMap(pair.in(n, "corosync-cmapctl")), keysOf(render(next)))).toEqual([]);
        const said = pair.log(n).slice(before[i]);
        expect(said).not.toMatch(/cannot be changed|Cannot configure|Members\[1\]/);
        if (/cipher|hash|key/.test(c.name)) expect(said).toMatch(/crypto reconfigured/);
        expect(pair.members(n)).toBe(2);
      });
      for (const n of both) pair.write(n, wanted);
      pair.in(first, "corosync-cfgtool -R");
      await new Promise((r) => setTimeout(r, 1000));
      clean = true;
      return;
    }

    await pair.stop(second);
    pair.start(second);
    expect(await pair.until(second, 2, 12)).toBe(cls === "rolling");
    await pair.stop(first);
    pair.start(first);
    expect(await pair.until(first, 2, 30)).toBe(true);
    for (const n of both) expect(unlike(parseMap(pair.in(n, "corosync-cmapctl")), keysOf(render(next)))).toEqual([]);
    await form();
    clean = true;
  },
  120_000,
);

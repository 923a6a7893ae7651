import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bareCib, cibWith } from "../../offline/pacemaker/cluster";
import { parseCib } from "../../../providers/pacemaker/cib";
import { toldToStop } from "../../../providers/pacemaker/exchange";
import { plan, remove } from "../../../providers/pacemaker/plan";
import { live, outputs } from "../../../providers/pacemaker/read";
import type { PacemakerSeen } from "../../../providers/pacemaker/read";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { started } from "../../../providers/pacemaker/started";
import { startedSchema } from "../../../providers/pacemaker/started/spec";
import { parseStatus } from "../../../providers/pacemaker/status";
import { formatXml } from "../../../providers/pacemaker/xml";
import { howto, howtoInput } from "./howto";

/** Wanted is the HOWTO's configuration with `set` and without `drop`; seen is a cluster that has the HOWTO's, unless `bare`. `reason` is a part of the step's. */
interface Case {
  name: string;
  bare?: boolean;
  serving?: boolean;
  down?: string[];
  noQuorum?: string[];
  set?: Record<string, unknown>;
  drop?: string[];
  /** `asks`: Pacemaker is asked first what it would do. */
  plan: { node: string; reason: string; asks: boolean }[];
}

const cases = JSON.parse(readFileSync(join(__dirname, "plan.json"), "utf8")) as Case[];
const serving = parseStatus(readFileSync(join(__dirname, "data", "crm_mon-healthy.xml"), "utf8"))!;

function seen(c: Partial<Case>): PacemakerSeen {
  const text = c.bare ? bareCib("pacemaker-3.9") : cibWith(howto());
  return Object.fromEntries(
    ["qvddb1", "qvddb2"].map((node) => {
      if (c.down?.includes(node)) return [node, { cib: undefined, status: undefined }];
      const own = c.noQuorum?.includes(node) ? text.replace('have-quorum="1"', 'have-quorum="0"') : text;
      return [node, { cib: parseCib(own), status: c.serving ? serving : undefined }];
    }),
  );
}

test("what an interrupted change of agents has left told to stop is started again", () => {
  const left = parseCib(formatXml(toldToStop(parseCib(cibWith(howto())).xml, ["ms_drbd_postgres"])));
  const all: PacemakerSeen = { qvddb1: { cib: left, status: serving } };
  const spec = pacemakerSchema.parse(howtoInput);
  expect(
    plan(spec, all)
      .stages.flat()
      .map((s) => s.reason),
  ).toEqual(["start ms_drbd_postgres again: an earlier change was interrupted"]);
  const input = structuredClone(howtoInput) as { elements: Record<string, { agent?: string }> };
  (input.elements["p_drbd_postgres"] as { agent?: string }).agent = "ocf:qvd-ha:drbd";
  const again = plan(pacemakerSchema.parse(input), all).stages.flat();
  expect(again[0]?.reason).toMatch(/^stop ms_drbd_postgres/);
  expect(again[2]?.command.stdin).not.toMatch(/<nvpair[^>]*target-role[^>]*>[^]*<nvpair[^>]*target-role/);
});

test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
  const input = structuredClone(howtoInput) as { elements: Record<string, unknown> };
  for (const [path, value] of Object.entries(c.set ?? {})) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    keys.reduce((o, k) => o[k] as Record<string, unknown>, input as unknown as Record<string, unknown>)[last] = value;
  }
  for (const id of c.drop ?? []) delete input.elements[id];
  const steps = plan(pacemakerSchema.parse(input), seen(c)).stages.flat();
  const changing = steps.filter((s) => !s.waits);
  expect(changing.map((s) => [s.node, s.predict !== undefined])).toEqual(c.plan.map((s) => [s.node, s.asks]));
  // What runs already would pass for the outcome if nobody waited until the cluster has acted.
  expect(steps.map((s) => [s.node, s.waits === true])).toEqual(
    c.plan.flatMap((s) => [
      [s.node, false],
      [s.node, true],
    ]),
  );
  for (const [i, s] of c.plan.entries()) expect(changing[i]?.reason).toContain(s.reason);
});

test("where no cluster runs, planning says so; removal has nothing to do; what is known stays known", () => {
  const nothing = seen({ down: ["qvddb1", "qvddb2"] });
  expect(() => plan(howto(), nothing)).toThrow("no cluster runs on qvddb1 or qvddb2");
  expect(remove(howto(), nothing)).toEqual({ stages: [], why: "no cluster runs here" });
  expect(live(howto(), nothing)).toEqual(howto());
});

test("a refresh shows what was changed by hand, and what the spec has no word for", () => {
  const text = cibWith(howto())
    .replace('value="172.20.64.90"', 'value="172.20.64.99"')
    .replace('kind="Mandatory"', 'kind="Mandatory" require-all="false"')
    .replace("</constraints>", '<rsc_location id="l_x" rsc="g_postgres" node="qvddb2" score="7"/></constraints>');
  const found = live(howto(), { qvddb1: { cib: parseCib(text), status: undefined } })!;
  expect(found.elements["p_ip_postgres"]).toMatchObject({ params: { ip: "172.20.64.99" } });
  expect(found.elements["l_x"]).toEqual({ kind: "location", resource: "g_postgres", node: "qvddb2", score: "7" });
  expect(found.elements["o_drbd_before_postgres"]).toMatchObject({ handMade: ['rsc_order require-all="false"'] });
  // What was read must be accepted again as a spec, as a removal starts from it.
  expect(pacemakerSchema.parse(found)).toEqual(found);
});

test("an empty cluster is no configuration", () => {
  expect(live(howto(), seen({ bare: true }))).toBeUndefined();
});

test("outputs tell the digest, which follows the meaning and not the words", () => {
  const out = outputs(howto(), seen({ serving: true }));
  expect(out).toMatchObject({ schema: "pacemaker-3.9", featureSet: "3.16.1", version: "2.1.5-a3f44794f94" });
  const other = pacemakerSchema.parse({
    ...howtoInput,
    resourceDefaults: { "resource-stickiness": "1", "migration-threshold": "2", "failure-timeout": "180s" },
  });
  expect(outputs(other, seen({})).digest).toBe(out.digest);
});

describe("an awaited resource", () => {
  const spec = startedSchema.parse({ connections: howto().connections, resource: "p_postgres", within: "g_postgres" });
  const both = { qvddb1: { status: serving }, qvddb2: { status: serving } };
  const down = { ...serving, resources: serving.resources.map((r) => ({ ...r, active: false })) };

  test("that is there needs nothing", () => expect(started.plan(spec, both).stages).toEqual([]));
  test("that is not is waited for on one node", () => {
    const steps = started.plan(spec, { qvddb1: { status: undefined }, qvddb2: { status: down } }).stages.flat();
    expect(steps.map((s) => [s.node, s.reason])).toEqual([
      ["qvddb2", "wait until p_postgres in g_postgres is started, up to 300 s"],
    ]);
    expect(started.live(spec, { qvddb1: { status: down } })).toBeUndefined();
  });
  test("without a cluster fails", () => {
    expect(() => started.plan(spec, { qvddb1: { status: undefined } })).toThrow("no cluster runs");
  });
});

describe("a change that restarts the ping that a rule goes by", () => {
  const attributes = { pingd: "100" };
  const running = (): string => cibWith(howto(), "pacemaker-3.9", { qvddb1: { attributes }, qvddb2: { attributes } });
  const seenOf = (text: string): PacemakerSeen =>
    Object.fromEntries(["qvddb1", "qvddb2"].map((n) => [n, { cib: parseCib(text), status: serving }]));
  const wanted = () => {
    const input = structuredClone(howtoInput) as { elements: { p_ping: { params: Record<string, string> } } };
    input.elements.p_ping.params["host_list"] = "192.0.2.1";
    return pacemakerSchema.parse(input);
  };

  it("holds the attribute in the same patch, and lets go at the end", () => {
    const steps = plan(wanted(), seenOf(running())).stages.flat();
    expect(steps.map((s) => s.reason)).toEqual([
      expect.stringContaining("change p_ping"),
      "wait until the cluster has acted on it",
      "let the rules go by what the ping says again: the ping was restarted",
    ]);
    expect(String(steps[0]?.command.stdin)).toContain('id="qvd-ha-held-1"');
  });

  it("lets go of what an interrupted one has left, and says so as drift", () => {
    const left = running().replace(
      '<node id="1" uname="qvddb1"/>',
      '<node id="1" uname="qvddb1"><instance_attributes id="qvd-ha-held-1"><nvpair id="qvd-ha-held-1-pingd" name="pingd" value="100"/></instance_attributes></node>',
    );
    const as = pacemakerSchema.parse(howtoInput);
    expect(
      plan(as, seenOf(left))
        .stages.flat()
        .map((s) => s.reason),
    ).toEqual(["let the rules go by what the ping says again: an earlier change was interrupted"]);
    expect(outputs(as, seenOf(left)).foreign).toEqual(outputs(as, seenOf(running())).foreign);
  });
});

test("a parameter of what is promoted: the failure that its reload may leave is taken back; one of what is not promoted leaves none", () => {
  const change = (id: string, params: object): string[] => {
    const input = structuredClone(howtoInput) as { elements: Record<string, { params?: object }> };
    const element = input.elements[id] as { params?: object };
    element.params = { ...element.params, ...params };
    return plan(pacemakerSchema.parse(input), seen({ serving: true }))
      .stages.flat()
      .map((s) => s.reason);
  };
  expect(change("p_drbd_postgres", { ignore_missing_notifications: true })).toEqual([
    expect.stringContaining("change p_drbd_postgres"),
    expect.stringContaining("wait until"),
    "take back what failed because p_drbd_postgres was promoted while it was reloaded",
  ]);
  expect(change("p_fs_postgres", { options: "noatime" }).length).toBe(2);
});

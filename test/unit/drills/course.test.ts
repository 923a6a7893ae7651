import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "../../../tools/status/deployment";
import type { Action } from "../../../drills/actions/action";
import { untilDiagnosed, untilSeen, wait } from "../../../drills/actions/action";
import { fenceDeviceDown } from "../../../drills/actions/fenceDevice";
import { linksUp } from "../../../drills/actions/network";
import { cutPower } from "../../../drills/actions/power";
import type { Fault } from "../../../drills/faults/fault";
import { ONCE } from "../../../drills/faults/fault";
import { Ledger } from "../../../drills/ledger";
import type { DrillOptions } from "../../../drills/options";
import type { DrillReport } from "../../../drills/report/report";
import { journalOf, runDrill } from "../../../drills/run";
import type { Behaviour } from "./simulated/cluster";
import { SimulatedCluster } from "./simulated/cluster";

// Proves the course of a drill, its judgement and its restoring on a simulated pair: every command, the status and the database are stand-ins.
// What a fault does to Pacemaker, DRBD and PostgreSQL, only a drill on machines can tell.
let cluster: SimulatedCluster;

jest.mock("../../../tools/status/read", () => ({
  readStatus: async () => ({ nodes: { a: { reachable: true, configuration: "0.1", constraints: [] } } }),
  activeNode: () => cluster.serving,
  view: () => ({ failCounts: [] }),
}));
jest.mock("../../../tools/status/health", () => ({ problems: () => cluster.problems() }));
jest.mock("../../../tools/doctor/reading", () => ({ readCluster: async () => undefined }));
jest.mock("../../../tools/doctor/examine", () => ({
  examine: () => cluster.problems().map(({ what }) => ({ what: `doctor: ${what}` })),
}));
jest.mock("../../../drills/report/surroundings", () => ({ surroundings: async () => ({ versions: {}, machine: {} }) }));
jest.mock("../../../drills/ledger/session", () => ({
  ...jest.requireActual<object>("../../../drills/ledger/session"),
  openSession: async () => cluster.session(),
}));
jest.mock("../../../drills/ledger/table", () => ({
  createTable: async () => undefined,
  dropTable: async () => undefined,
  readTable: async () => [...cluster.rows],
}));
jest.mock("../../../drills/actions/virsh", () => ({
  switchOf: (_d: unknown, node: "a" | "b") => ({ virsh: async (verb: string) => cluster.virsh(node, verb) }),
}));
jest.mock("@qvd-ha/providers/dist/remote", () => ({
  ...jest.requireActual<object>("@qvd-ha/providers/dist/remote"),
  run: async (c: { host: "a" | "b" }, commands: Parameters<SimulatedCluster["run"]>[1]) =>
    cluster.run(c.host, commands),
}));
jest.mock("../../../drills/invariants/watch", () => ({
  ...jest.requireActual<object>("../../../drills/invariants/watch"),
  NodeWatch: class {
    readonly period = 1;
    readonly samples: unknown[] = [];
    private readonly timer = setInterval(() => {
      const s = cluster.sample(this.node);
      if (s) this.samples.push(s);
    }, 100);
    constructor(readonly node: "a" | "b") {}
    get latest(): unknown {
      return cluster.sample(this.node);
    }
    async stop(): Promise<void> {
      clearInterval(this.timer);
    }
  },
}));

const deployment = {
  address: "10.0.0.9",
  port: 5432,
  nodes: ["a", "b"],
  profile: "fast",
  worstCaseFailoverSeconds: 20,
  connections: { a: { host: "a", hostKey: "ka" }, b: { host: "b", hostKey: "kb" } },
  lab: { libvirtUri: "none" },
} as unknown as Deployment;

const cut: Fault = {
  number: "0",
  name: "cut",
  group: "node",
  title: "the active node loses its power",
  where: "lab",
  does: [cutPower("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, redundantWithin: 20 },
};

const deviceDown: Fault = {
  ...cut,
  does: [fenceDeviceDown("standby"), wait(0.2), cutPower("active")],
  expect: {
    ...cut.expect,
    gapWithin: 30,
    staysDown: 2,
    shows: [{ says: "it is unclean", problem: /is unclean/, within: 5 }],
    tells: [{ says: "it was not fenced", message: /was not fenced/, within: 5 }],
    completes: [linksUp("standby")],
  },
};
const dropped = (c: SimulatedCluster): boolean => c.machines.b.ran.some((s) => s.includes("add table inet"));
const passing = (c: SimulatedCluster): boolean =>
  !dropped(c) || c.machines.b.ran.at(-1)?.startsWith("nft delete table") === true;

function options(home: string, more: Partial<DrillOptions> = {}): DrillOptions {
  return {
    home,
    directory: mkdtempSync(join(home, "run-")),
    secondsLimit: 60,
    periodSeconds: 1,
    rate: 50,
    clients: 2,
    verify: false,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...more,
  };
}

const newHome = (): string => mkdtempSync(join(tmpdir(), "course-"));
function drill(fault: Fault, behaviour: Behaviour = {}, o = options(newHome())): Promise<DrillReport> {
  cluster = new SimulatedCluster(behaviour);
  return runDrill(deployment, fault, o);
}
const unmet = (r: DrillReport): string[] => r.outcomes.filter((x) => !x.met).map((x) => x.what);
const leftOver = (home: string): string[] => readdirSync(home).filter((f) => f.startsWith("restore-"));

jest.setTimeout(60_000);
beforeAll(() => {
  // A flow is steady at once here; waiting for it would only cost seconds.
  jest.spyOn(Ledger.prototype, "waitSteady").mockImplementation(() => new Promise((r) => setTimeout(r, 400)));
});
afterEach(() => cluster.end());

describe("a drill", () => {
  it("passes when all came as expected, and owes nothing at its end", async () => {
    const home = newHome();
    const r = await drill(cut, {}, options(home));
    expect(unmet(r)).toEqual([]);
    expect(r).toMatchObject({ passed: true, active: "a", standby: "b", fenced: { a: 1, b: 0 } });
    expect(r.about).toEqual({ cluster: "made@10.0.0.9", profile: "fast", verify: false });
    expect(r.sampling?.["b"]).toMatchObject({ holes: [] });
    expect(r.gap?.seconds).toBeGreaterThan(0.4);
    expect(r.gap?.seconds).toBeLessThan(5);
    expect(r.verdict?.acknowledged).toBeGreaterThan(20);
    expect(leftOver(home)).toEqual([]);
  });

  it("finds a fence device that says yes and does nothing", async () => {
    const fault = { ...cut, expect: { ...cut.expect, fenced: { active: [0, 1] as const } } };
    expect(unmet(await drill(fault, { lies: true }))).toContain("fenced nodes have booted anew");
  });

  it("finds that acknowledged writes have gone", async () => {
    expect(unmet(await drill(cut, { forgets: true }))).toContain("lost writes");
  });

  it("has a gap up to its end where the service never comes back: a client that cannot connect notes nothing", async () => {
    const fault = { ...cut, expect: { ...cut.expect, gapWithin: 3, redundantWithin: 1 } };
    const short = { ...deployment, worstCaseFailoverSeconds: 3 };
    cluster = new SimulatedCluster({ fenceable: () => false });
    const r = await runDrill(short, { ...fault, expect: { ...fault.expect, fenced: {} } }, options(newHome()));
    expect(unmet(r)).toEqual(expect.arrayContaining(["database runs on", "longest gap", "full redundancy"]));
    expect(r.gap?.seconds).toBeGreaterThan(3);
    expect(r.pieces).toEqual([]);
  });

  it("takes a log that cannot be read for no evidence that nobody was fenced", async () => {
    const quiet: Fault = { ...cut, does: [], expect: { serves: "active", gapWithin: 10, redundantWithin: 20 } };
    expect(unmet(await drill(quiet))).toEqual([]);
    expect(unmet(await drill(quiet, { unlogged: "b" }))).toEqual(["logs of the nodes"]);
  });

  it("demands that it stays down, says why, and completes when the cause is gone", async () => {
    const r = await drill(deviceDown, { fenceable: passing, alerts: true });
    expect(unmet(r)).toEqual([]);
    expect(r.outcomes.map((o) => o.what)).toEqual(
      expect.arrayContaining([
        "no service at first",
        "make status says: it is unclean",
        "an alert says: it was not fenced",
      ]),
    );
    expect(r.gap?.seconds).toBeGreaterThan(2);
  });

  it("fails where alerts are on and nobody is told", async () => {
    const r = await drill(deviceDown, { fenceable: passing, alerts: true, silent: true });
    expect(unmet(r)).toEqual(["an alert says: it was not fenced"]);
  });

  it("says so where alerts are off, and looks for none", async () => {
    const r = await drill(deviceDown, { fenceable: passing });
    expect(unmet(r)).toEqual([]);
    expect(r.notes).toContain("no alert was looked for: maintenance.alerts is off");
  });

  it("fails when it serves although it must not", async () => {
    expect(unmet(await drill(deviceDown))).toContain("no service at first");
  });

  it("fails, and still restores, when the fault itself cannot be done", async () => {
    const wrong: Fault = {
      ...cut,
      does: [{ kind: "power", says: "switch on", on: "active", verb: "start" }],
      expect: { serves: "active" },
    };
    const r = await drill(wrong);
    expect(unmet(r)).toEqual(["the fault itself"]);
  });

  it("demands that a sign goes again by itself where it has to", async () => {
    const unclean = { says: "it is unclean", problem: /is unclean/, within: 5 };
    const over = { ...unclean, within: 2, says: "it is unclean no more", gone: true as const };
    const fault = { ...cut, expect: { ...cut.expect, shows: [unclean, over] } };
    expect(unmet(await drill(fault))).toEqual([]);
    expect(unmet(await drill(fault, { fenceAfter: 4_000 }))).toEqual(["make status says: it is unclean no more"]);
  });

  it("asks the doctor where the status has nothing to say", async () => {
    const asks = (a: Action): Fault => ({ ...cut, does: [...cut.does, a] });
    const words = [/doctor: a is offline/, 2, "it is offline"] as const;
    expect(unmet(await drill(asks(untilDiagnosed(...words))))).toEqual([]);
    expect(unmet(await drill(asks(untilSeen(...words))))).toEqual(["the fault itself"]);
  });

  it("takes a sign that does not last for none", async () => {
    const shows = [{ says: "it is unclean", problem: /is unclean/, within: 5, lasts: 2 }];
    const fault = { ...cut, expect: { ...cut.expect, shows } };
    expect(unmet(await drill(fault))).toEqual(["make status says: it is unclean"]);
    expect(unmet(await drill(fault, { fenceAfter: 4_000 }))).toEqual([]);
  });

  it("is refused by a cluster that lacks what the fault needs, which it does not touch", async () => {
    const fault: Fault = { ...cut, needs: { on: "standby", script: "modprobe dm-delay" } };
    await expect(drill(fault, { lacks: "dm-delay" })).rejects.toThrow(
      "cut cannot be drilled on this cluster: b: no dm-delay",
    );
    expect(cluster.machines.a.on && cluster.machines.b.ran.length === 0).toBe(true);
    expect(unmet(await drill(fault))).toEqual([]);
  });

  it("is refused by a cluster that is not healthy, which it does not touch", async () => {
    cluster = new SimulatedCluster();
    cluster.healthy = false;
    await expect(runDrill(deployment, cut, options(newHome()))).rejects.toThrow(/maintenance mode is on/);
    expect(cluster.machines.a.on && cluster.machines.a.ran.length === 0).toBe(true);
  });
});

describe("an interrupted drill", () => {
  const frozen: Fault = { ...cut, does: [fenceDeviceDown("active"), wait(60)] };

  it("takes back what it did when it is told to end", async () => {
    const home = newHome();
    const told = new AbortController();
    const progress = (text: string): void => void (text === "wait 60 s" && setTimeout(() => told.abort(), 100));
    await expect(drill(frozen, {}, options(home, { signal: told.signal, progress }))).rejects.toThrow(/abort/i);
    expect(cluster.machines.a.ran.some((s) => s.startsWith("nft delete table"))).toBe(true);
    expect(leftOver(home)).toEqual([]);
  });

  it("that was killed is taken back by the next one, before it looks at the cluster", async () => {
    const home = newHome();
    cluster = new SimulatedCluster();
    cluster.virsh("b", "destroy");
    journalOf(deployment, home).owe([{ kind: "power", node: "b", what: "start" }]);
    expect(leftOver(home)).toHaveLength(1);
    const r = await runDrill(deployment, cut, options(home));
    expect(unmet(r)).toEqual([]);
    expect(existsSync(join(home, leftOver(home)[0] ?? "none"))).toBe(false);
  });
});

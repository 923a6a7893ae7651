import { faultNamed, faults } from "../../../drills/faults";
import { bootsOf, NEVER, promotionsOf } from "../../../drills/faults/fault";
import type { Coverage } from "../../../drills/invariants/coverage";
import { NotReady, roles } from "../../../drills/precheck";
import type { Findings } from "../../../drills/report/findings";
import { outcomes } from "../../../drills/report/outcomes";
import { status, view } from "../status/recorded";

const verdict = {
  attempted: 9,
  acknowledged: 8,
  unknown: 1,
  unknownPresent: 0,
  refused: 0,
  lost: [],
  phantom: [],
  wentBack: [],
};
const good: Findings = {
  active: "qvddb1",
  standby: "qvddb2",
  servedBy: "qvddb2",
  gap: { from: 0, to: 60_000, seconds: 60 },
  worstCaseFailoverSeconds: 285,
  fenced: ["qvddb1"],
  booted: ["qvddb1"],
  order: {
    fenced: [{ node: "qvddb1", at: 20_000 }],
    promoting: [{ node: "qvddb2", at: 21_000 }],
    promoted: [{ node: "qvddb2", at: 22_000 }],
  },
  unread: [],
  unwritten: 0,
  signs: [],
  told: [],
  aftermath: [],
  unrestored: [],
  redundantAfter: 200,
  verdict,
  violations: [],
  sampling: {
    qvddb1: { samples: 90, up: 100, sampled: 95, holes: [] },
    qvddb2: { samples: 9, up: 10, sampled: 9, holes: [] },
  },
};
/** What was sampled of the active node. */
const sampledOf = (more: Partial<Coverage>): Partial<Findings> => ({
  sampling: { ...good.sampling, qvddb1: { ...(good.sampling["qvddb1"] as Coverage), ...more } },
});
/** When the active node was fenced, and when the promotion of the other one began. */
const ordered = (fenced: number | undefined, promoting: number): Partial<Findings> => ({
  order: {
    fenced: fenced === undefined ? [] : [{ node: "qvddb1", at: fenced }],
    promoting: [{ node: "qvddb2", at: promoting }],
    promoted: [],
  },
});
const unmet = (more: Partial<Findings>): string[] =>
  outcomes(faultNamed("power-cut"), { ...good, ...more })
    .filter((o) => !o.met)
    .map((o) => o.what);

describe("a power cut", () => {
  it("has come as expected when the other node serves, the dead one was fenced and is back, and nothing is lost", () => {
    expect(unmet({})).toEqual([]);
  });

  it.each<[string, Partial<Findings>]>([
    ["database runs on", { servedBy: "qvddb1" }],
    ["database runs on", { servedBy: undefined }],
    ["fenced", { fenced: [], booted: [] }],
    ["fenced", { fenced: ["qvddb1", "qvddb1"] }],
    ["fenced", { fenced: ["qvddb2"], booted: ["qvddb2"] }],
    ["fenced nodes have booted anew", { booted: [] }],
    ["the fault itself", { trouble: "it does not run" }],
    ["longest gap", { gap: { from: 0, to: 286_000, seconds: 286 } }],
    ["longest gap", { gap: undefined }],
    ["full redundancy", { redundantAfter: undefined }],
    ["full redundancy", { redundantAfter: 601 }],
    ["lost writes", { verdict: { ...verdict, lost: [{ client: 1, seq: 1 }] } }],
    ["phantom writes", { verdict: { ...verdict, phantom: [{ client: 1, seq: 1 }] } }],
    ["steps back in time", { verdict: { ...verdict, wentBack: [{ client: 1, from: 2, to: 1, at: 0 }] } }],
    ["broken invariants", { violations: [{ rule: "r", what: "w", from: 0, to: 0 }] }],
    ["DRBD verify", { aftermath: [{ what: "DRBD verify", wanted: "0 KiB differ", came: "4 KiB differ", met: false }] }],
    ["make status says: why", { signs: [{ says: "why", within: 60 }] }],
    ["an alert says: why", { told: [{ says: "why", within: 60 }] }],
    ["boots that nobody has ordered", { booted: ["qvddb1", "qvddb1"] }],
    ["boots that nobody has ordered", { booted: ["qvddb1", "qvddb2"] }],
    ["qvddb1 fenced before qvddb2 is promoted", ordered(20_000, 19_900)],
    ["qvddb1 fenced before qvddb2 is promoted", ordered(undefined, 19_900)],
    ["sampled while up", { sampling: {} }],
    ["sampled while up", sampledOf({ holes: [{ from: 0, to: 40_000, seconds: 40 }] })],
    ["sampled while up", sampledOf({ sampled: 40 })],
    ["logs of the nodes", { unread: ["that of qvddb2 not: journalctl: exit status 1"] }],
    ["the ledger writes", { unwritten: 30 }],
    ["restored", { unrestored: ["not restored: qvddb1"] }],
  ])("fails by %s of %j", (what, more) => {
    expect(unmet(more)).toEqual([what]);
  });

  it("fails when the ledger's table could not be read", () => {
    expect(unmet({ verdict: undefined })).toEqual(["lost writes", "phantom writes", "steps back in time"]);
  });
});

describe("a promotion", () => {
  const nothing: Findings = {
    ...good,
    servedBy: "qvddb1",
    gap: { from: 0, to: 1_000, seconds: 1 },
    fenced: [],
    booted: [],
    order: { fenced: [], promoting: [], promoted: [] },
  };
  const promoted = (node: string): Findings => ({
    ...nothing,
    order: { ...nothing.order, promoted: [{ node, at: 1 }] },
  });
  const failing = (name: string, f: Findings): string[] =>
    outcomes(faultNamed(name), f)
      .filter((o) => !o.met)
      .map((o) => o.what);

  it("is no failover's: none may be where the service has to stay, whichever node's", () => {
    const demands = faults.filter((f) => promotionsOf(f)?.[1] === 0).map((f) => f.number);
    expect(demands).toEqual(expect.arrayContaining(["7", "13", "16", "17", "22", "26", "27", "33"]));
    for (const name of ["clock-hour-ahead", "ring-flaps", "quiet-hour", "standby-disk-slow"]) {
      expect(failing(name, nothing)).not.toContain("promotions");
      expect(failing(name, promoted("qvddb1"))).toEqual(expect.arrayContaining(["promotions"]));
      expect(failing(name, promoted("qvddb2"))).toEqual(expect.arrayContaining(["promotions"]));
    }
  });

  it("is due on a node that had died and serves again, and forbidden on one whose data is old", () => {
    expect(promotionsOf(faultNamed("banned-then-dead"))).toBeUndefined();
    expect(failing("banned-then-dead", promoted("qvddb1"))).not.toContain("promotions");
    expect(failing("banned-then-dead", promoted("qvddb2"))).toContain("promotions");
  });

  it("of both nodes in turn may be what Pacemaker makes of their coming back one after the other", () => {
    // So it was seen: the other one first, for five seconds, before the service was there.
    for (const node of ["qvddb1", "qvddb2"])
      expect(failing("only-one-back", promoted(node))).not.toContain("promotions");
  });

  it("is as a fault says itself, where it does", () => {
    const fault = faultNamed("power-cut");
    expect(promotionsOf({ ...fault, expect: { ...fault.expect, promotions: NEVER } })).toEqual([0, 0]);
    expect(promotionsOf(fault)).toBeUndefined();
  });

  it("is said nothing of where no log tells of one, and need not follow a fencing that is not demanded", () => {
    const order = { fenced: [], promoting: [], promoted: [] };
    expect(unmet({ order })).toEqual([]);
    const moved = { ...good, fenced: [], booted: [], ...ordered(undefined, 5) };
    expect(failing("switch-over", moved)).toEqual([]);
  });

  it("waits for fencing also where either may be the one that is fenced", () => {
    expect(failing("partition", { ...good, ...ordered(20_000, 19_000) })).toEqual([
      "qvddb1 fenced before qvddb2 is promoted",
    ]);
    expect(failing("partition", { ...good, ...ordered(20_000, 21_000) })).toEqual([]);
  });
});

describe("a boot", () => {
  const booted = (name: string, nodes: string[], fenced: string[] = []): string[] =>
    outcomes(faultNamed(name), { ...good, booted: nodes, fenced, servedBy: "qvddb2" })
      .filter((o) => !o.met && /boot/.test(o.what))
      .map((o) => o.what);

  it("has to be seen where the fault is one", () => {
    expect(booted("reboot", ["qvddb1"])).toEqual([]);
    expect(booted("reboot", [])).toEqual(["reboots"]);
    expect(booted("reboot-standby", ["qvddb1"])).toEqual(["reboots", "boots that nobody has ordered"]);
  });

  it("is explained by what the fault does, by fencing, and by nothing else", () => {
    expect(bootsOf(faultNamed("power-cycles"), "active")).toBe(5);
    expect(bootsOf(faultNamed("power-cycles"), "standby")).toBe(0);
    expect(bootsOf(faultNamed("both-off"), "standby")).toBe(1);
    expect(bootsOf(faultNamed("power-cut"), "active")).toBe(0);
    expect(booted("both-off", ["qvddb1", "qvddb2"])).toEqual([]);
    expect(booted("reset", ["qvddb1", "qvddb1"], ["qvddb1"])).toEqual([]);
    expect(booted("hang", ["qvddb1"])).toEqual(["boots that nobody has ordered"]);
    expect(booted("quiet-hour", ["qvddb2"])).toEqual(["boots that nobody has ordered"]);
  });
});

describe("sampling", () => {
  const came = (name: string, more: Partial<Coverage>): [string, boolean] | undefined => {
    const o = outcomes(faultNamed(name), { ...good, ...sampledOf(more) }).find((x) => x.what === "sampled while up");
    return o && [o.came, o.met];
  };
  const holes = [{ from: 0, to: 60_000, seconds: 60 }];

  it("says how much of each node's time is known", () => {
    expect(came("power-cut", {})).toEqual(["qvddb1 95 %; qvddb2 90 %", true]);
    expect(came("power-cut", { holes })).toEqual(["qvddb1 95 %, not for 60.0 s; qvddb2 90 %", false]);
  });

  it("may pause on a node whose fault explains it, and nowhere else", () => {
    expect(came("memory", { holes, sampled: 10 })?.[1]).toBe(true);
    expect(came("memory", { samples: 0 })?.[1]).toBe(false);
    const other = { ...good.sampling, qvddb2: { samples: 5, up: 100, sampled: 40, holes } };
    const o = outcomes(faultNamed("memory"), { ...good, sampling: other }).find((x) => x.what === "sampled while up");
    expect(o?.met).toBe(false);
  });
});

describe("what was checked afterwards", () => {
  const found = (met: boolean | undefined): string[] =>
    unmet({
      aftermath: [{ what: "data checksums", wanted: "0 failures", came: "x", ...(met === undefined ? {} : { met }) }],
    });

  it("fails the drill where it could not be checked, and decides nothing where it does not apply", () => {
    expect(found(false)).toEqual(["data checksums"]);
    expect(found(undefined)).toEqual([]);
  });
});

describe("a slow disk", () => {
  const quiet: Partial<Findings> = {
    servedBy: "qvddb1",
    fenced: [],
    booted: [],
    order: { fenced: [], promoting: [], promoted: [] },
  };
  it.each([
    [0.62, []],
    [0.07, ["a write takes (median)"]],
    [undefined, ["a write takes (median)"]],
  ])("was felt by half of the writes: %s s", (took, faults) => {
    const seen = outcomes(faultNamed("standby-disk-slow"), {
      ...good,
      ...quiet,
      ...(took === undefined ? {} : { took }),
    });
    expect(seen.filter((o) => !o.met).map((o) => o.what)).toEqual(faults);
  });
});

describe("a drill", () => {
  const deployment = { nodes: ["qvddb1", "qvddb2"] } as Parameters<typeof roles>[0];

  it("takes the roles from the cluster, not from the deployment", () => {
    expect(roles(deployment, status())).toEqual({ active: "qvddb1", standby: "qvddb2" });
  });

  it("is refused by a cluster that is not healthy, with every reason", () => {
    const cluster = { ...view("failed"), maintenance: true };
    const refused = (): unknown => roles(deployment, status({ cluster, constraints: ["cli-ban-x"] }, { cluster }));
    expect(refused).toThrow(NotReady);
    expect(refused).toThrow(/cli-ban-x[^]*maintenance mode[^]*p_postgres has fail-count 1/);
  });

  it("is known by a name of its own", () => {
    expect(new Set(faults.map((f) => f.name)).size).toBe(faults.length);
    expect(() => faultNamed("flood")).toThrow(/power-cut/);
  });
});

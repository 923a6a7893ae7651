import { faultNamed, faults } from "../../../drills/faults";
import { NotReady, roles } from "../../../drills/precheck";
import type { Findings } from "../../../drills/report/outcomes";
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
  signs: [],
  told: [],
  aftermath: [],
  unrestored: [],
  redundantAfter: 200,
  verdict,
  violations: [],
};
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
    ["fenced", { fenced: [] }],
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
    ["restored", { unrestored: ["not restored: qvddb1"] }],
  ])("fails by %s of %j", (what, more) => {
    expect(unmet(more)).toEqual([what]);
  });

  it("fails when the ledger's table could not be read", () => {
    expect(unmet({ verdict: undefined })).toEqual(["lost writes", "phantom writes", "steps back in time"]);
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

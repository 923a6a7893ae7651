import { corosync } from "../../../providers/corosync";
import type { CorosyncSeen } from "../../../providers/corosync/read";
import { render } from "../../../providers/corosync/render";
import { classify } from "../../../providers/corosync/plan";
import type { Plan } from "../../../providers/step";
import { bare, formed, spec } from "./samples";

const both = (one: CorosyncSeen, two = one) => ({ qvddb1: one, qvddb2: two });
const shown = (p: Plan): string[][] =>
  p.stages.map((stage) => stage.map((x) => `${x.node}: ${x.reason}${x.danger ? ` | ${x.danger}` : ""}`));
const WAIT = ["qvddb1", "qvddb2"].map((n) => `${n}: wait until both nodes are online and every link is connected`);

describe("the plan", () => {
  it("forms a cluster: files on both, both started together, then both awaited", () => {
    expect(shown(corosync.plan(spec(), both(bare())))).toEqual([
      ["qvddb1", "qvddb2"].flatMap((n) => [
        `${n}: no configuration: no state of a former cluster either`,
        `${n}: /etc/corosync/corosync.conf is missing`,
        `${n}: /etc/corosync/authkey is missing`,
      ]),
      ["qvddb1", "qvddb2"].map((n) => `${n}: corosync and pacemaker do not run, or not at boot`),
      WAIT,
    ]);
  });

  it("has nothing to do where it is formed, and says why", () => {
    const p = corosync.plan(spec(), both(formed(spec())));
    expect(p.stages).toEqual([]);
    expect(p.why).not.toBe("");
  });

  it("ends the one-node cluster of the packages and purges its state", () => {
    const debian = {
      ...bare(),
      conf: "totem {\n\tcluster_name: debian\n}\n",
      units: { corosync: true, pacemaker: true, enabled: true, masked: false },
    };
    const p = shown(corosync.plan(spec(), both(debian)));
    expect(p[0]?.map((x) => x.split(" | ")[1])).toEqual(["stops", "stops"]);
    expect(p[1]?.filter((x) => x.includes("another name has left its state"))).toHaveLength(2);
    expect(p[3]).toEqual(WAIT);
  });

  it("refuses a machine of somebody else's cluster, names it, and plans nothing", () => {
    const foreign = { ...bare(), conf: "totem {\n\tcluster_name: payroll\n}\n" };
    expect(() => corosync.plan(spec(), both(bare(), foreign))).toThrow(
      /qvddb2 belongs to the cluster "payroll".*Nothing was touched/,
    );
  });

  it("starts a node that is down without touching the other", () => {
    const down = { ...formed(spec()), units: { corosync: false, pacemaker: false, enabled: true, masked: false } };
    expect(shown(corosync.plan(spec(), both(formed(spec()), down)))).toEqual([
      ["qvddb2: corosync and pacemaker do not run, or not at boot"],
      WAIT,
    ]);
  });

  it("reloads what can be reloaded, once and after both files are written", () => {
    expect(shown(corosync.plan(spec({ token: 3000 }), both(formed(spec()))))).toEqual([
      ["qvddb1", "qvddb2"].map((n) => `${n}: /etc/corosync/corosync.conf is not as wanted`),
      ["qvddb1: token changed: all nodes reload"],
    ]);
  });

  it("changes a key only while nothing runs, with both nodes stopped together", () => {
    const other = spec({ authkey: Buffer.alloc(256, 8).toString("base64") });
    const idle = shown(corosync.plan(other, both(formed(spec()))));
    expect(idle[0]).toEqual(
      ["qvddb1", "qvddb2"].map((n) => `${n}: authkey can only change while corosync is stopped on both nodes | stops`),
    );
    expect(idle).toHaveLength(4);
    const busy = { ...formed(spec()), membership: { ...formed(spec()).membership, running: ["p_postgres"] } };
    expect(() => corosync.plan(other, both(busy))).toThrow(/authkey cannot be changed .* p_postgres run/);
  });

  it("leaves a file of somebody else's that says the same in other words", () => {
    const s = spec();
    const adopted = { ...formed(s), conf: render(s).replace(/^#.*\n/, "") };
    expect(shown(corosync.plan(s, both(adopted)))).toEqual([]);
  });

  it("waits where a link is down", () => {
    const s = { ...formed(spec()), membership: { ...formed(spec()).membership, links: [true, false] } };
    expect(shown(corosync.plan(spec(), both(s)))).toEqual([WAIT]);
  });

  it("never shows the key", () => {
    expect(JSON.stringify(corosync.plan(spec(), both(bare())))).not.toContain(spec().authkey);
  });

  it.each([
    [[], "none"],
    [["token", "consensus"], "reload"],
    [["token", "cryptoHash"], "restart"],
  ] as const)("classes %j as %s", (keys, change) => expect(classify(keys)).toBe(change));
});

describe("remove", () => {
  it("stops both at once, then leaves nothing half-configured", () => {
    const p = shown(corosync.remove(spec(), both(formed(spec()))));
    expect(p).toHaveLength(2);
    expect(p[0]).toEqual(["qvddb1", "qvddb2"].map((n) => `${n}: the cluster ends on both nodes at once | stops`));
    expect(p[1]?.filter((x) => x.startsWith("qvddb2"))).toEqual([
      "qvddb2: no start at boot",
      "qvddb2: the cluster's state goes with it",
      "qvddb2: remove configuration and key",
    ]);
  });

  it("refuses while resources run, and has nothing to do where nothing is", () => {
    const busy = { ...formed(spec()), membership: { ...formed(spec()).membership, running: ["p_ip"] } };
    expect(() => corosync.remove(spec(), both(busy))).toThrow("p_ip still run");
    expect(corosync.remove(spec(), both(bare())).stages).toEqual([]);
  });
});

describe("live", () => {
  it("is the known spec where it is formed, and nothing where no file is", () => {
    expect(corosync.live(spec(), both(formed(spec())))).toEqual(spec());
    expect(corosync.live(spec(), both(bare()))).toBeUndefined();
  });

  it("shows a changed file of either node, a missing one, and another key without its value", () => {
    const s = formed(spec());
    const slow = { ...s, conf: render(spec({ token: 9000 })) };
    expect(corosync.live(spec(), both(s, slow))?.token).toBe(9000);
    expect(Object.keys(corosync.live(spec(), both(s, { ...s, conf: undefined }))?.nodes ?? {})).toEqual(["qvddb1"]);
    expect(corosync.live(spec(), both({ ...s, key: { sha256: "0", mode: "400" } }))?.authkey).toBe("(differs)");
  });
});

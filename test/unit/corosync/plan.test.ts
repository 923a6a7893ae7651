import { corosync } from "../../../providers/corosync";
import type { CorosyncSeen } from "../../../providers/corosync/read";
import { HEADER, render } from "../../../providers/corosync/render";
import { classify } from "../../../providers/corosync/classes";
import { keysOf } from "../../../providers/corosync/keys";
import type { Plan } from "../../../providers/step";
import { bare, formed, serving, spec } from "./samples";

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
      ["qvddb1", "qvddb2"].map((n) => `${n}: corosync and pacemaker do not run: start both, and at boot`),
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
    expect(p[0]?.every((x) => x.includes("another cluster can only change while corosync is stopped"))).toBe(true);
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
      ["qvddb2: corosync and pacemaker do not run: start both, and at boot"],
      WAIT,
    ]);
  });

  it("reloads what can be reloaded, once and after both files are written", () => {
    expect(shown(corosync.plan(spec({ token: 3000 }), both(formed(spec()))))).toEqual([
      ["qvddb1", "qvddb2"].map((n) => `${n}: /etc/corosync/corosync.conf is not as wanted: totem.token`),
      ["qvddb1: totem.token changed: all nodes reload"],
      ["qvddb1", "qvddb2"].map((n) => `${n}: corosync has read its files`),
    ]);
  });

  it("changes the key and the encryption by a reload, too", () => {
    const other = spec({ authkey: Buffer.alloc(256, 8).toString("base64"), cryptoCipher: "aes192" });
    expect(shown(corosync.plan(other, both(serving(spec())))).slice(1)).toEqual([
      ["qvddb1: authkey, totem.crypto_cipher changed: all nodes reload"],
      ["qvddb1", "qvddb2"].map((n) => `${n}: corosync has read its files`),
    ]);
  });

  it("repeats a reload that an interrupted run still owes", () => {
    const s = spec({ token: 3000 });
    const unread = { ...formed(s), running: keysOf(render(spec())), pending: true };
    expect(shown(corosync.plan(s, both(unread)))[0]).toEqual(["qvddb1: totem.token changed: all nodes reload"]);
    // Which key a daemon has it does not tell: the mark does.
    expect(shown(corosync.plan(spec(), both({ ...formed(spec()), pending: true })))).toEqual([
      ["qvddb1: all nodes read their files again, and find what they run with"],
      ["qvddb1", "qvddb2"].map((n) => `${n}: corosync has read its files`),
    ]);
  });

  it("puts back a file that no daemon has read, and restarts nobody for it", () => {
    const changed = { ...serving(spec()), conf: render(spec()).replace("transport: knet", "transport: udpu") };
    expect(shown(corosync.plan(spec(), both(serving(spec()), changed)))).toEqual([
      ["qvddb2: /etc/corosync/corosync.conf is not as wanted: totem.transport"],
      ["qvddb1: all nodes read their files again, and find what they run with"],
      ["qvddb2: corosync has read its files"],
    ]);
  });

  it("starts one node after the other, the serving one last, while Pacemaker leaves the service alone", () => {
    const p = shown(corosync.plan(spec({ clusterName: "other" }), both(serving(spec()))));
    expect(p.map((stage) => stage.map((x) => x.slice(0, 60)))).toEqual([
      [expect.stringMatching(/^qvddb1: totem.cluster_name changes, one node at a time/)],
      [expect.stringMatching(/^qvddb1: .*corosync.conf/), expect.stringMatching(/^qvddb2: .*corosync.conf/)],
      [expect.stringMatching(/^qvddb2: start corosync again here alone/)],
      expect.anything(),
      [expect.stringMatching(/^qvddb1: start corosync again here alone/)],
      expect.anything(),
      expect.anything(),
      [expect.stringMatching(/^qvddb1: have Pacemaker look after everything again/)],
    ]);
  });

  it("brings back a node that an interrupted restart has left down before it stops the other one", () => {
    const s = spec({ clusterName: "other" });
    const here = { ...serving(spec()), conf: render(s) };
    const down = {
      ...here,
      running: undefined,
      units: { corosync: false, pacemaker: false, enabled: true, masked: false },
      membership: { online: [], running: [], quorate: false, links: [] },
    };
    const held = { ...here, membership: { ...here.membership, held: true } };
    const p = shown(corosync.plan(s, both(held, down)));
    expect(p[0]).toEqual(["qvddb2: corosync and pacemaker do not run: start both, and at boot"]);
    expect(p[1]?.[0]).toMatch(/wait until both nodes are online/);
    expect(p[2]?.[0]).toMatch(/^qvddb1: start corosync again here alone/);
    expect(p.at(-1)?.[0]).toMatch(/look after everything again/);
  });

  it("reloads before it starts nodes one by one, or the first would not be heard", () => {
    const p = shown(corosync.plan(spec({ clusterName: "other", cryptoCipher: "aes128" }), both(serving(spec()))));
    const at = (what: string): number => p.findIndex((stage) => stage.some((x) => x.includes(what)));
    expect(at("all nodes reload")).toBeGreaterThan(at("is not as wanted"));
    expect(at("here alone")).toBeGreaterThan(at("all nodes reload"));
  });

  it("stops both only for what two nodes must have alike from the start, and holds the service meanwhile", () => {
    const p = shown(corosync.plan(spec({ port: 5500 }), both(serving(spec()))));
    expect(p[0]?.[0]).toMatch(
      /changes, with corosync stopped on both nodes at once: have Pacemaker leave all as it is/,
    );
    expect(p[1]).toHaveLength(2);
    expect(p[1]?.[0]).toMatch(/can only change while corosync is stopped on both nodes/);
    expect(p.at(-1)?.[0]).toMatch(/look after everything again/);
    // Without a service there is nothing to hold.
    expect(
      shown(corosync.plan(spec({ port: 5500 }), both(formed(spec()))))
        .flat()
        .join(),
    ).not.toMatch(/Pacemaker leave/);
  });

  it("ends what an interrupted restart has left: Pacemaker holding still", () => {
    const s = formed(spec());
    const held = { ...s, membership: { ...s.membership, held: true } };
    expect(shown(corosync.plan(spec(), both(held)))).toEqual([
      [expect.stringMatching(/^qvddb1: have Pacemaker look after everything again/)],
    ]);
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
    [["totem.token", "logging.to_syslog", "quorum.two_node"], "reload"],
    [["authkey", "totem.crypto_hash"], "reload"],
    [["totem.token", "totem.cluster_name"], "rolling"],
    [["nodelist.node.0.ring1_addr", "nodelist.node.1.ring1_addr"], "rolling"],
    [["nodelist.node.0.ring0_addr", "nodelist.node.0.ring1_addr"], "together"],
    [["nodelist.node.0.ring1_addr", "totem.token"], "together"],
    [["nodelist.node.1.nodeid"], "together"],
    [["totem.interface.0.mcastport", "totem.link_mode"], "together"],
  ] as const)("classes %j as %s", (keys, change) => expect(classify(keys)).toBe(change));
});

describe("remove", () => {
  it("stops both at once, then leaves nothing half-configured", () => {
    const p = shown(corosync.remove(spec(), both(formed(spec()))));
    expect(p).toHaveLength(2);
    expect(p[0]).toEqual(["qvddb1", "qvddb2"].map((n) => `${n}: the cluster ends on both nodes at once`));
    expect(p[1]?.filter((x) => x.startsWith("qvddb2"))).toEqual([
      "qvddb2: no start at boot",
      "qvddb2: the cluster's state goes with it",
      "qvddb2: remove configuration and key",
    ]);
  });

  it("leaves no client of a third vote that would start at boot, and Corosync with it", () => {
    const voted = spec({ device: { host: "172.20.65.10" } });
    const scripts = (s: typeof voted): string[] =>
      corosync.remove(s, both(formed(s))).stages.flatMap((stage) => stage.map((x) => x.command.script.text));
    expect(scripts(voted).filter((x) => x.includes("disable --quiet corosync-qdevice"))).toHaveLength(2);
    expect(scripts(spec()).filter((x) => x.includes("qdevice"))).toEqual([]);
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

  it("shows what a daemon runs with, two changes on two nodes, and no error for a file that nobody can read", () => {
    const s = formed(spec());
    const one = { ...s, running: { ...s.running, "totem.token": "9000" } };
    const two = { ...s, conf: render(spec({ linkMode: "active" })) };
    expect(corosync.live(spec(), both(one, two))).toEqual({ ...spec(), token: 9000, linkMode: "active" });
    expect(corosync.live(spec(), both({ ...s, conf: `${HEADER}\ntotem {` }, s))).toEqual(spec());
    expect(corosync.plan(spec(), both({ ...s, conf: `${HEADER}\ntotem {` }, s)).stages[0]).toHaveLength(1);
  });

  it("shows a changed file of either node, a missing one, and another key without its value", () => {
    const s = formed(spec());
    const slow = { ...s, conf: render(spec({ token: 9000 })) };
    expect(corosync.live(spec(), both(s, slow))?.token).toBe(9000);
    expect(Object.keys(corosync.live(spec(), both(s, { ...s, conf: undefined }))?.nodes ?? {})).toEqual(["qvddb1"]);
    expect(corosync.live(spec(), both({ ...s, key: { sha256: "0", mode: "400" } }))?.authkey).toBe("(differs)");
  });
});

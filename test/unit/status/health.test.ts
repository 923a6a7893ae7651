import type { Deployment } from "../../../tools/status/deployment";
import type { DrbdView } from "../../../tools/status/drbd";
import { NotDeployed, parseDeployment } from "../../../tools/status/deployment";
import { healthy, problems } from "../../../tools/status/health";
import { activeNode } from "../../../tools/status/read";
import { screen } from "../../../tools/status/screen";
import { summary } from "../../../tools/status/summary";
import { drbd, status, view } from "./recorded";

const connection = { host: "172.20.64.91", hostKey: "ssh-ed25519 AAAA", privateKey: "PRIVATE" };
const outputs = {
  address: "172.20.64.90",
  database: "qvddb",
  user: "qvd",
  password: "s3cret-word",
  nodes: ["qvddb1", "qvddb2"],
  worstCaseFailoverSeconds: 285,
  connections: { qvddb1: connection, qvddb2: connection },
};
const deployment: Deployment = parseDeployment(outputs);
const kinds = (s: ReturnType<typeof status>): string[] => [...new Set(problems(s).map((p) => p.kind))].sort();

describe("health", () => {
  it("finds nothing in a healthy cluster", () => {
    expect(problems(status())).toEqual([]);
    expect(healthy(status())).toBe(true);
  });

  it("needs the ping attribute on both nodes, which comes later than all the rest", () => {
    const v = view("healthy");
    const cluster = { ...v, attributes: { qvddb1: v.attributes["qvddb1"] ?? {} } };
    expect(problems(status({ cluster }, { cluster })).map((p) => p.what)).toEqual([
      expect.stringMatching(/^qvddb2 has no pingd/),
      "qvddb2 has no promotion score: it would not be promoted",
    ]);
  });

  it("needs a promotion score of both nodes, which Pacemaker may forget", () => {
    const v = view("healthy");
    const { "master-p_drbd_postgres": _score, ...left } = v.attributes["qvddb2"] ?? {};
    const cluster = { ...v, attributes: { ...v.attributes, qvddb2: left } };
    const found = (c: typeof v): string[] => problems(status({ cluster: c }, { cluster: c })).map((p) => p.what);
    expect(found(cluster)).toEqual(["qvddb2 has no promotion score: it would not be promoted"]);
    expect(found({ ...cluster, maintenance: true }).filter((p) => p.includes("score"))).toEqual([]);
  });

  it.each(["syncing", "alone"])("needs both disks up to date (%s)", (name) => {
    expect(kinds(status({}, { drbd: drbd(name) }))).toEqual(["data"]);
  });

  it("tells a copy that is under way, which passes by itself, from what somebody has to look into", () => {
    const constraints = ["drbd-fence-by-handler-postgres-ms_drbd_postgres"];
    const copied = status({ drbd: drbd("source"), constraints }, { drbd: drbd("syncing"), constraints });
    expect(problems(copied).map((p) => p.passes)).toEqual([true, true, true]);
    expect(healthy(copied)).toBe(false);
    expect(summary(deployment, copied)).toMatch(/^State +a disk is being copied to \(66\.7 % done, 0:01:05 left\)/m);
    const alone = status({}, { drbd: drbd("alone"), constraints });
    expect(problems(alone).map((p) => p.passes)).toEqual([undefined, undefined]);
  });

  it("sees a device that udev has not named, as nobody can mount it there", () => {
    const d = { ...(drbd("connected") as DrbdView), unnamed: "/dev/drbd/by-res/postgres/0" };
    expect(problems(status({}, { drbd: d })).map((p) => p.what)).toEqual([
      "udev made no /dev/drbd/by-res/postgres/0 on qvddb2: the file system could not be mounted there",
    ]);
  });

  it("sees a ring that is down, a leftover constraint, and configurations that differ", () => {
    const rings = [{ link: 1, address: "192.168.0.91", peers: { "2": "disconnected" } }];
    expect(kinds(status({ rings }))).toEqual(["ring"]);
    expect(kinds(status({ constraints: ["drbd-fence-by-handler-postgres-ms_drbd_postgres"] }))).toEqual(["constraint"]);
    expect(kinds(status({ configuration: "0.13" }))).toEqual(["cluster"]);
  });

  const vote = (runs: boolean, connected: boolean) => ({ third: { vote: { runs, connected } } });
  const sbd = (enabled: boolean, active: boolean) => ({ watchdogs: true, third: { sbd: { enabled, active } } });
  const down = "of three votes one is gone: with the next node that dies, the service stays down";

  it.each([
    ["a third vote that counts and watchdogs that guard", { ...vote(true, true) }, { ...vote(true, true) }, []],
    ["watchdogs that guard", sbd(true, true), sbd(true, true), []],
    ["sbd where nothing counts on it", { third: { sbd: { enabled: false, active: false } } }, {}, []],
    [
      "a host of the third vote that is gone",
      vote(true, false),
      vote(true, false),
      [
        ["vote", `the host of the third vote does not answer qvddb1; ${down}`],
        ["vote", `the host of the third vote does not answer qvddb2; ${down}`],
      ],
    ],
    [
      "a node that does not ask for the third vote",
      vote(true, true),
      vote(false, false),
      [["vote", `corosync-qdevice does not run on qvddb2; ${down}`]],
    ],
    // Then that is what is wrong.
    ["Corosync down", {}, { ...vote(false, false), rings: [] }, [["ring", "Corosync does not run on qvddb2"]]],
    [
      "a watchdog that guards no longer, and one that would not after a boot",
      sbd(true, false),
      sbd(false, true),
      [
        ["watchdog", "sbd does not run on qvddb1: no watchdog would reset it, and the other node counts on that"],
        ["watchdog", "sbd does not start with Corosync on qvddb2: after the next boot Pacemaker refuses to run there"],
      ],
    ],
  ])("of %s", (_name, first, second, found) => {
    expect(problems(status(first, second)).map((p) => [p.kind, p.what])).toEqual(found);
  });

  it("sees failures, and them alone, where the service was restarted", () => {
    const cluster = view("failed");
    const found = problems(status({ cluster }, { cluster }));
    expect(found.filter((p) => p.kind === "failure").map((p) => p.what)).toEqual([
      expect.stringContaining("monitor of p_postgres failed on qvddb1"),
      "p_postgres has fail-count 1 on qvddb1",
    ]);
  });

  it("sees the loss of a node, and who serves since", () => {
    const cluster = view("failover");
    const s = {
      ...status({}, { cluster }),
      nodes: {
        qvddb1: { reachable: false as const, why: "timed out" },
        qvddb2: status({}, { cluster }).nodes["qvddb2"]!,
      },
    };
    expect(kinds(s)).toEqual(["node", "ping", "resource", "unreachable"]);
    expect(activeNode(s)).toBe("qvddb2");
  });

  it.each([
    [{ maintenance: true }, "cluster"],
    [{ quorum: false }, "cluster"],
    [{ fencingEnabled: false }, "fencing"],
    [{ unclean: ["qvddb1"] }, "node"],
  ])("sees %j", (more, kind) => {
    const cluster = { ...view("healthy"), ...more };
    expect(kinds(status({ cluster }, { cluster }))).toEqual([kind]);
  });
});

describe("the screen", () => {
  it("says who serves, how the data is, how to connect and what is wrong, and no secret", () => {
    const text = screen(deployment, status({}, { drbd: drbd("syncing") }));
    expect(text).toMatch(/qvddb1 +online, coordinates, serves the database/);
    expect(text).toMatch(/qvddb2 +Secondary, disk Inconsistent, peer UpToDate, SyncTarget, 66.7 % done, 0:01:09 left/);
    expect(text).toContain("172.20.64.90:5432 on qvddb1");
    expect(text).toContain("worst case 285 s");
    expect(text).toMatch(/Not healthy:\n +DRBD on qvddb2 is SyncTarget/);
    expect(text).not.toMatch(/s3cret-word|PRIVATE/);
  });

  it("shows what is kept as its owner has set it: a ban with its meaning, maintenance, a target role", () => {
    const constraints = ["cli-ban-g_postgres-on-qvddb2", "drbd-fence-by-handler-postgres-ms_drbd_postgres"];
    const kept = [
      { id: "p_postgres", what: "meta", detail: "target-role=Started" },
      { id: "qvddb2", what: "node attribute", detail: "maintenance=true" },
      { id: "maintenance-mode", what: "property", detail: "true" },
      { id: "readers", what: "acl_role", detail: "" },
    ];
    const text = screen(deployment, status({ constraints, kept }, { constraints, kept }));
    expect(text).toMatch(/cli-ban-g_postgres-on-qvddb2: left by a move or a ban by hand/);
    expect(text).toMatch(/drbd-fence-by-handler-\S+: DRBD forbids promotion/);
    expect(text.match(/target-role=Started/g)).toHaveLength(1);
    expect(text).toMatch(/qvddb2 +maintenance=true\n +cluster +maintenance-mode=true\n +acl_role +readers/);
    expect(text.split("\n").length).toBeLessThan(45);
  });

  it("does not say that it would survive while the third vote is away, and shows who has it and who is guarded", () => {
    const vote = { runs: true, connected: true };
    const sbd = { enabled: true, active: true };
    const good = status({ third: { vote, sbd }, watchdogs: true }, { third: { vote, sbd }, watchdogs: true });
    expect(screen(deployment, good)).toMatch(
      /Quorum\n +third vote +qvddb1 has it, qvddb2 has it\n +watchdogs +qvddb1 guarded, qvddb2 guarded\n[\s\S]*Healthy/,
    );
    const gone = status(
      { third: { vote: { runs: true, connected: false } } },
      { third: { vote: { runs: false, connected: false }, sbd: { enabled: true, active: false } }, watchdogs: true },
    );
    expect(screen(deployment, gone)).toMatch(
      /third vote +qvddb1 GETS NO ANSWER, qvddb2 DOES NOT ASK FOR IT\n +watchdogs +qvddb2 NOT GUARDED\n[\s\S]*Not healthy:/,
    );
    expect(summary(deployment, gone)).toMatch(/^State +the host of the third vote does not answer qvddb1;/m);
    expect(screen(deployment, status())).not.toContain("Quorum");
  });

  it("names a node that does not answer", () => {
    const s = {
      ...status(),
      nodes: { ...status().nodes, qvddb2: { reachable: false as const, why: "no route to host" } },
    };
    expect(screen(deployment, s)).toMatch(
      /qvddb2 .*does not answer by SSH\n[\s\S]*Not healthy:\n +qvddb2: no route to host/,
    );
  });

  it("does not say that a node serves which is about to be fenced", () => {
    const cluster = { ...view("healthy"), unclean: ["qvddb1"] };
    expect(screen(deployment, status({ cluster }, { cluster }))).toMatch(/qvddb1 .*UNCLEAN, .*served the database/);
  });

  it("has a short form for the end of a deployment", () => {
    const text = summary(deployment, status());
    expect(text).toContain("qvddb1 online (serves), qvddb2 online");
    expect(text).toContain("State      healthy");
    expect(text).not.toMatch(/s3cret-word|PRIVATE/);
  });
});

describe("a deployment", () => {
  it("is refused with every fault of the outputs named, and no value shown", () => {
    const bad = {
      ...outputs,
      password: undefined,
      nodes: ["qvddb1"],
      connections: { qvddb1: { ...connection, privateKey: 5 } },
    };
    const thrown = ((): Error => {
      try {
        parseDeployment(bad);
      } catch (e) {
        return e as Error;
      }
      throw new Error("was accepted");
    })();
    expect(thrown).toBeInstanceOf(NotDeployed);
    expect(thrown.message).toMatch(/password.*nodes.*connections\.qvddb1\.privateKey/);
    expect(thrown.message).not.toContain("AAAA");
  });

  it("needs a connection to every node", () => {
    expect(() => parseDeployment({ ...outputs, connections: { qvddb1: connection } })).toThrow(
      /no connection to qvddb2/,
    );
  });
});

import type { Configuration } from "../../../providers/pacemaker/spec";
import type { Effect } from "../../../providers/step";
import { interruptions, lacking, words } from "../../../tools/operate/consent";
import { idle, managed, mirrored, online, quorum, ready, reasons, served, serves } from "../../../tools/operate/needs";
import { apt } from "../../../tools/operate/packages/apt";
import { stopped } from "../../../tools/operate/service";
import { drbd, status, view } from "../status/recorded";

// Proves what verbs refuse and ask for, from recorded texts and made-up effects. What Pacemaker foretells is for test/offline/operate, what nodes do for test/e2e/verbs.

const all = (s: ReturnType<typeof status>): string[] => reasons(s, quorum, managed, online, served, idle, mirrored);

describe("what a verb needs", () => {
  it("is there in a healthy cluster", () => {
    expect(all(status())).toEqual([]);
    expect(serves(status())).toBe("qvddb1");
    expect(ready("qvddb2")(status())).toEqual([]);
  });

  it("is missing with every reason at once", () => {
    const v = view("healthy");
    const cluster = {
      ...v,
      quorum: false,
      maintenance: true,
      nodes: v.nodes.map((n, i) => (i === 1 ? { ...n, standby: true } : n)),
    };
    const found = all(status({ cluster }, { cluster, drbd: drbd("syncing") }));
    expect(found).toEqual([
      "there is no quorum",
      "maintenance mode is on (make maintenance MODE=off)",
      "qvddb2 is in standby (make online NODE=qvddb2)",
      expect.stringContaining("DRBD on qvddb2 is SyncTarget"),
    ]);
  });

  it("of a node that is to take over: the router, no ban, no failure", () => {
    const v = view("healthy");
    const cluster = {
      ...v,
      attributes: { qvddb1: v.attributes["qvddb1"] ?? {} },
      failCounts: [{ resource: "p_postgres", node: "qvddb2", count: "1" }],
    };
    const s = status({ cluster, constraints: ["cli-ban-g_postgres-on-qvddb2"] }, { cluster });
    expect(ready("qvddb2")(s)).toEqual([
      "qvddb2 does not reach the router",
      "cli-ban-g_postgres-on-qvddb2 forbids it",
      "p_postgres has failed on qvddb2 (make doctor)",
    ]);
    expect(ready("qvddb1")(s)).toEqual([]);
  });

  it("nobody serves while something is being done", () => {
    const v = view("healthy");
    const cluster = {
      ...v,
      resources: v.resources.map((r) => (r.id === "p_postgres" ? { ...r, pending: "Stopping" } : r)),
    };
    expect(serves(status({ cluster }, { cluster }))).toBeUndefined();
  });

  it("what was told to stop is what the service needs", () => {
    const kept = [
      { id: "p_postgres", what: "meta", detail: "target-role=Stopped" },
      { id: "p_other", what: "meta", detail: "target-role=Stopped" },
      { id: "g_postgres", what: "meta", detail: "target-role=Started" },
    ];
    expect(stopped(status({ kept }, { kept }))).toEqual(["p_postgres"]);
  });
});

describe("consent", () => {
  const element = (members: string[]) => ({ kind: "group", members, meta: {} });
  const configuration = {
    elements: {
      g_postgres: element(["p_fs_postgres", "p_ip_postgres", "p_postgres"]),
      ms_drbd_postgres: { kind: "clone", child: "p_drbd_postgres", meta: {} },
      p_postgres: { kind: "primitive", agent: "ocf:heartbeat:pgsql" },
      p_fs_postgres: { kind: "primitive", agent: "ocf:heartbeat:Filesystem" },
      p_extra: { kind: "primitive", agent: "ocf:heartbeat:Dummy" },
    },
  } as unknown as Configuration;
  const effect = (danger: Effect["danger"], resource: string, service = true): Effect => ({
    danger,
    resource,
    service,
  });

  it("is for what interrupts those who are served, not for a clone that loses an instance", () => {
    const effects = [
      effect("moves", "g_postgres"),
      effect("moves", "ms_drbd_postgres"),
      effect("stops", "qvddb2"),
      effect("stops", "p_extra"),
      effect("restarts", "p_fs_postgres", false),
    ];
    expect(words(interruptions(effects, configuration))).toBe("moves:g_postgres stops:qvddb2");
  });

  const before = process.env.QVD_HA_CONSENT;
  afterEach(() => {
    if (before === undefined) delete process.env.QVD_HA_CONSENT;
    else process.env.QVD_HA_CONSENT = before;
  });

  it("is for our own agent's server as well, and for an address that stands beside it", () => {
    const { p_postgres: _, ...rest } = configuration.elements;
    const ours = {
      elements: {
        ...rest,
        g_postgres: element(["p_fs_postgres", "p_postgres"]),
        p_postgres: { kind: "primitive", agent: "ocf:qvd-ha:postgres" },
        p_ip_postgres: { kind: "primitive", agent: "ocf:heartbeat:IPaddr2" },
      },
    } as unknown as Configuration;
    const effects = [effect("moves", "g_postgres"), effect("moves", "p_ip_postgres"), effect("stops", "p_extra")];
    expect(words(interruptions(effects, ours))).toBe("moves:g_postgres moves:p_ip_postgres");
    expect(words(interruptions([effect("stops", "p_postgres")], ours))).toBe("stops:p_postgres");
    process.env.QVD_HA_CONSENT = "moves:p_postgres";
    expect(words(lacking(interruptions(effects, ours), ours))).toBe("");
    process.env.QVD_HA_CONSENT = "stops:p_postgres";
    expect(words(lacking(interruptions(effects, ours), ours))).toBe("moves:g_postgres moves:p_ip_postgres");
  });

  it.each([
    ["", "moves:g_postgres"],
    ["moves:g_postgres", ""],
    ["moves:p_postgres", ""],
    ["stops:p_postgres", "moves:g_postgres"],
    ["moves:p_fs_postgres", "moves:g_postgres"],
  ])("given %j, lacks %j", (given, lacks) => {
    process.env.QVD_HA_CONSENT = given;
    expect(words(lacking([effect("moves", "g_postgres")], configuration))).toBe(lacks);
  });

  it("of a wrong word names it", () => {
    process.env.QVD_HA_CONSENT = "yes";
    expect(() => lacking([effect("moves", "g_postgres")], configuration)).toThrow(/"yes" is no word of consent/);
  });
});

test("what apt would put in, as it prints it (recorded from apt 2.6)", () => {
  const text = [
    "Reading package lists...",
    "Inst libpq5 [15.13-0+deb12u1] (15.14-0+deb12u1 Debian:12.12/oldstable [amd64])",
    "Inst linux-image-6.1.0-40-cloud-amd64 (6.1.153-1 Debian-Security:12/oldstable-security [amd64])",
    "Conf libpq5 (15.14-0+deb12u1 Debian:12.12/oldstable [amd64])",
  ].join("\n");
  expect(apt.parse(text)).toEqual([
    "libpq5 15.13-0+deb12u1 -> 15.14-0+deb12u1",
    "linux-image-6.1.0-40-cloud-amd64 6.1.153-1",
  ]);
  expect(apt.parse("Reading package lists...\n0 upgraded\n")).toEqual([]);
});

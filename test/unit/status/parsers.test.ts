import { nodesOf, parseCrmMon } from "../../../tools/status/crmMon";
import { parseDrbd, redundant } from "../../../tools/status/drbd";
import { parseRings, ringUp } from "../../../tools/status/rings";
import { drbd, recorded, view } from "./recorded";

// Proves how real output is understood; not that the tools are called rightly (test/e2e does).
describe("crm_mon", () => {
  it("tells nodes, options, attributes and where everything runs", () => {
    const v = view("healthy");
    expect(v).toMatchObject({ dc: "qvddb1", quorum: true, maintenance: false, fencingEnabled: true, unclean: [] });
    expect(v.nodes.map((n) => [n.name, n.online, n.standby])).toEqual([
      ["qvddb1", true, false],
      ["qvddb2", true, false],
    ]);
    expect(v.attributes["qvddb2"]?.["pingd"]).toBe("100");
    expect(nodesOf(v, "p_drbd_postgres", "Promoted")).toEqual(["qvddb1"]);
    expect(nodesOf(v, "p_drbd_postgres")).toEqual(["qvddb1", "qvddb2"]);
    expect(nodesOf(v, "p_postgres", "Started")).toEqual(["qvddb1"]);
    expect(v.failures).toEqual([]);
  });

  it("tells failures and fail-counts", () => {
    const v = view("failed");
    expect(v.failures).toMatchObject([{ resource: "p_postgres", operation: "monitor", node: "qvddb1" }]);
    expect(v.failCounts).toEqual([
      { resource: "p_postgres", node: "qvddb1", count: "1", last: "Sun Nov 22 05:42:36 2026" },
    ]);
  });

  it("tells a lost node and where the service went", () => {
    const v = view("failover");
    expect(v.nodes.find((n) => n.name === "qvddb1")?.online).toBe(false);
    expect(nodesOf(v, "p_postgres", "Started")).toEqual(["qvddb2"]);
  });

  it("tells who was fenced, and that the node is back without all of its resources", () => {
    const v = view("returning");
    expect(v.fencing).toEqual([
      { action: "reboot", target: "qvddb2", status: "success", by: "qvddb1", completed: "2026-11-22 06:13:04Z" },
    ]);
    expect(v.nodes.map((n) => n.online)).toEqual([true, true]);
    expect(nodesOf(v, "p_drbd_postgres", "Promoted")).toEqual(["qvddb1"]);
    expect(v.attributes["qvddb2"]).toBeUndefined();
    expect(v.failCounts).toEqual([]);
  });

  it("is undefined where no cluster runs", () => {
    expect(parseCrmMon("")).toBeUndefined();
  });
});

describe("DRBD", () => {
  it.each([
    ["connected", { connection: "Connected", role: "Primary", peerRole: "Secondary", disk: "UpToDate" }, true],
    ["syncing", { connection: "SyncTarget", disk: "Inconsistent", progress: 66.7, finish: "0:01:09" }, false],
    ["source", { connection: "SyncSource", peerDisk: "Inconsistent", progress: 66.7, finish: "0:01:05" }, false],
    ["verifying", { connection: "VerifyS", progress: 55.3, finish: "0:02:17" }, true],
    ["alone", { connection: "WFConnection", peerRole: "Unknown", peerDisk: "Outdated" }, false],
  ])("8.4 is understood when %s", (name, expected, whole) => {
    const d = drbd(name);
    expect(d).toMatchObject(expected);
    expect(d && redundant(d)).toBe(whole);
  });

  it("8.4 without a device is nothing", () => {
    expect(parseDrbd("@minor \nversion: 8.4.11 (api:1/proto:86-101)\nsrcversion: X\n", "postgres")).toBeUndefined();
  });

  it("tells that udev has not named the device", () => {
    const text = `@minor 0\n@unnamed\n${recorded("proc_drbd.syncing")}`;
    expect(parseDrbd(text, "postgres")).toMatchObject({
      connection: "SyncTarget",
      unnamed: "/dev/drbd/by-res/postgres/0",
    });
  });

  it("9 is understood, progress included", () => {
    // In the order in which drbd-utils 9.22 prints them.
    const peerDevice = {
      volume: 0,
      "replication-state": "SyncTarget",
      "peer-disk-state": "UpToDate",
      "percent-in-sync": 42.5,
    };
    const status = [
      {
        name: "postgres",
        role: "Secondary",
        devices: [{ volume: 0, "disk-state": "Inconsistent" }],
        connections: [{ "connection-state": "Connected", "peer-role": "Primary", peer_devices: [peerDevice] }],
      },
    ];
    const d = parseDrbd(`version: 9.2.8 (api:2/proto:86-122)\n@json\n${JSON.stringify(status)}`, "postgres");
    expect(d).toMatchObject({ role: "Secondary", disk: "Inconsistent", peerDisk: "UpToDate", progress: 42.5 });
    expect(d && redundant(d)).toBe(false);
  });
});

describe("rings", () => {
  it("are told one by one, and the broken one is known", () => {
    const rings = parseRings(recorded("cfgtool.oneDown"));
    expect(rings.map((r) => [r.link, r.address, ringUp(r)])).toEqual([
      [0, "172.20.64.91", true],
      [1, "192.168.0.91", false],
    ]);
  });

  it("are all down where the peer is gone", () => {
    expect(parseRings(recorded("cfgtool.peerGone")).map((r) => [r.address, ringUp(r)])).toEqual([
      ["172.20.64.91", false],
      ["192.168.0.91", false],
    ]);
  });

  it("without any peer are not up", () => {
    expect(ringUp({ link: 0, address: "172.20.64.91", peers: {} })).toBe(false);
    expect(parseRings("Could not initialize corosync configuration API error CS_ERR_LIBRARY\n")).toEqual([]);
  });
});

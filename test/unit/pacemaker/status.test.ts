import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe as inWords, parseSimulation } from "../../../providers/pacemaker/simulate";
import { held, reached } from "../../../providers/pacemaker/started/evaluate";
import { parseStatus, running } from "../../../providers/pacemaker/status";

const read = (path: string): string => readFileSync(join(__dirname, path), "utf8");
/** All recorded from Pacemaker 2.1.5's own tools on simulated clusters. */
const recorded = (name: string): string => read(join("data", name));

describe("crm_mon", () => {
  const healthy = parseStatus(recorded("crm_mon-healthy.xml"))!;

  test("of a healthy cluster", () => {
    expect(healthy).toMatchObject({ version: "2.1.5-a3f44794f94", quorum: true, dc: "qvddb1", failures: [] });
    expect(healthy.nodes).toEqual([
      { name: "qvddb1", online: true, standby: false, maintenance: false },
      { name: "qvddb2", online: true, standby: false, maintenance: false },
    ]);
    expect(running(healthy)).toEqual(["p_ping", "p_fs_postgres", "p_ip_postgres", "p_postgres", "p_drbd_postgres"]);
    const drbd = healthy.resources.filter((r) => r.id === "p_drbd_postgres");
    expect(drbd.map((r) => [r.role, r.nodes])).toEqual([
      ["Promoted", ["qvddb1"]],
      ["Unpromoted", ["qvddb2"]],
    ]);
  });

  test("a resource that is only looked at is as it was; one that something is done to is not", () => {
    const during = (pending: string) =>
      parseStatus(
        recorded("crm_mon-healthy.xml").replaceAll('nodes_running_on="1"', `nodes_running_on="1" pending="${pending}"`),
      )!;
    expect(during("Monitoring")).toEqual(healthy);
    expect(during("Stopping").resources.map((r) => r.pending)).toContain("Stopping");
    expect(reached({ resource: "p_postgres", expected: "started" }, during("Monitoring"))).toBe(true);
    expect(reached({ resource: "p_postgres", expected: "started" }, during("Stopping"))).toBe(false);
  });

  test("a role that is none yet says that something is done, though nothing else does", () => {
    // As crm_mon showed a server on a guest between its start and the end of it: active, not failed, and nothing pending.
    const text = recorded("crm_mon-healthy.xml").replace(
      /(<resource id="p_postgres" [^>]*role=)"Started"/,
      '$1"Starting"',
    );
    const starting = parseStatus(text)!;
    expect(starting.resources.find((r) => r.id === "p_postgres")).toMatchObject({ active: true, pending: "Starting" });
    expect(reached({ resource: "p_postgres", expected: "started" }, starting)).toBe(false);
  });

  test("tells whether a resource is as expected", () => {
    expect(reached({ resource: "p_postgres", expected: "started" }, healthy)).toBe(true);
    expect(reached({ resource: "p_drbd_postgres", expected: "promoted" }, healthy)).toBe(true);
    expect(reached({ resource: "p_postgres", expected: "promoted" }, healthy)).toBe(false);
    expect(reached({ resource: "p_ping", expected: "running-on-all" }, healthy)).toBe(true);
    expect(reached({ resource: "p_postgres", expected: "running-on-all" }, healthy)).toBe(false);
    expect(reached({ resource: "p_none", expected: "started" }, healthy)).toBe(false);
    const told = (id: string, targetRole: string) => ({
      ...healthy,
      resources: healthy.resources.map((r) => (r.id === id ? { ...r, active: false, targetRole } : r)),
    });
    // What its operator has stopped is not awaited; what he wants started is.
    expect(held({ resource: "p_postgres", expected: "started" }, told("p_postgres", "Stopped"))).toBe(true);
    expect(held({ resource: "p_drbd_postgres", expected: "promoted" }, told("p_drbd_postgres", "Slave"))).toBe(true);
    expect(held({ resource: "p_postgres", expected: "started" }, told("p_postgres", "Started"))).toBe(false);
    expect(held({ resource: "p_postgres", expected: "started" }, told("p_ping", "Stopped"))).toBe(false);
    const down = healthy.nodes.map((n) => ({ ...n, online: n.name === "qvddb1" }));
    expect(reached({ resource: "p_postgres", expected: "running-on-all" }, { ...healthy, nodes: down })).toBe(true);
    const failed = healthy.resources.map((r) => ({ ...r, failed: true }));
    expect(reached({ resource: "p_postgres", expected: "started" }, { ...healthy, resources: failed })).toBe(false);
  });

  test("of a failed start", () => {
    const status = parseStatus(recorded("crm_mon-failed.xml"))!;
    expect(status.failures).toEqual([
      {
        resource: "p_fs_postgres",
        operation: "start",
        node: "qvddb1",
        status: "not installed (5, complete)",
        reason: "User-injected result",
        at: "2026-03-01 12:00:00Z",
      },
    ]);
    expect(reached({ resource: "p_fs_postgres", expected: "started" }, status)).toBe(false);
  });

  test("where no cluster runs", () => {
    expect(parseStatus("")).toBeUndefined();
    expect(
      parseStatus(
        '<pacemaker-result api-version="2.25"><status code="102" message="Not connected"/></pacemaker-result>',
      ),
    ).toBeUndefined();
  });
});

const DIALECTS = [
  ["2.1", "data/crm_simulate"],
  ["3.0", "recorded/crm_simulate-3.0"],
] as const;

describe("crm_simulate", () => {
  test("when the active node dies", () => {
    const sim = parseSimulation(recorded("crm_simulate-node-fail.xml"));
    expect(sim.actions.map(inWords)).toEqual([
      "Fence (reboot) qvddb1: peer is no longer part of the cluster",
      "stop p_fence_qvddb2 on qvddb1: node availability",
      "stop p_ping on qvddb1: node availability",
      "move p_fs_postgres from qvddb1 to qvddb2",
      "move p_ip_postgres from qvddb1 to qvddb2",
      "move p_postgres from qvddb1 to qvddb2",
      "stop p_drbd_postgres on qvddb1: node availability",
      "promote p_drbd_postgres on qvddb2",
    ]);
  });

  test.each(DIALECTS)(
    "tells the order of what is done when the active node dies, probes and notifications aside (%s)",
    (_, dialect) => {
      const sim = parseSimulation(read(`${dialect}-node-fail.xml`));
      expect(sim.actions.map(inWords)).toEqual(
        expect.arrayContaining([
          "Fence (reboot) qvddb1: peer is no longer part of the cluster",
          "move p_postgres from qvddb1 to qvddb2",
          "promote p_drbd_postgres on qvddb2",
        ]),
      );
      const order = sim.executed.filter((e) => !["monitor", "notify", "cancel"].includes(e.operation));
      expect(order.map((e) => `${e.operation} ${e.target}`)).toEqual([
        "fence qvddb1",
        "promote p_drbd_postgres",
        "start p_fs_postgres",
        "start p_ip_postgres",
        "start p_postgres",
      ]);
    },
  );

  test.each(DIALECTS)("at a cold start, probes left out (%s)", (_, dialect) => {
    const sim = parseSimulation(read(`${dialect}-cold-start.xml`));
    expect(sim.actions.map(inWords)).toContain("promote p_drbd_postgres on qvddb1");
    expect(sim.executed[0]).toEqual({ operation: "start", target: "p_fence_qvddb1", node: "qvddb2" });
  });

  test("what cannot be done is told apart", () => {
    const sim = parseSimulation(recorded("crm_simulate-no-quorum.xml"));
    expect(sim.executed).toEqual([]);
    expect(sim.actions.filter((a) => !a.blocked)).toEqual([]);
    expect(sim.actions.map(inWords)).toContain("start p_fence_qvddb1 on qvddb2: no quorum (blocked)");
  });

  test("refuses anything else", () => expect(() => parseSimulation("<cib/>")).toThrow("expected a simulation"));
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseMonitor } from "../../../providers/corosync/read";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import { reached } from "../../../providers/pacemaker/started/evaluate";
import { parseStatus, running } from "../../../providers/pacemaker/status";
import { complaints } from "../../offline/pacemaker/judge";
import { scenarios } from "../../offline/pacemaker/scenario";
import type { Decision } from "../../offline/pacemaker/simulator";

/** Recorded from Pacemaker 3.0.0 of Debian 13; each file says how. What 2.1.5 says is in ../data, and test/offline asks it live. */
const recorded = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");

describe("Pacemaker 3.0 decides as 2.1 does", () => {
  const { decisions } = JSON.parse(recorded("decisions-3.0.json")) as { decisions: Record<string, Decision> };

  test.each(scenarios.map((s) => [s.name, s] as const))("%s", (name, s) => {
    const decided = decisions[name];
    if (!decided) throw new Error("not recorded yet: see test/offline/pacemaker/recordDialect.ts");
    expect(complaints(decided, s.expect)).toEqual([]);
  });

  test("nothing is recorded that is no scenario any more", () =>
    expect(Object.keys(decisions).filter((name) => !scenarios.some((s) => s.name === name))).toEqual([]));
});

describe("Pacemaker 3.0 in its own words", () => {
  test("crm_mon of a healthy cluster", () => {
    const status = parseStatus(recorded("crm_mon-3.0-healthy.xml"))!;
    expect(status.nodes).toEqual(
      ["qvddb1", "qvddb2"].map((name) => ({ name, online: true, standby: false, maintenance: false })),
    );
    expect(running(status).sort()).toEqual([
      "p_drbd_postgres",
      "p_fs_postgres",
      "p_ip_postgres",
      "p_ping",
      "p_postgres",
    ]);
    expect(reached({ resource: "p_drbd_postgres", expected: "promoted" }, status)).toBe(true);
    expect(reached({ resource: "p_ping", expected: "running-on-all" }, status)).toBe(true);
    expect(status).toMatchObject({ quorum: true, dc: "qvddb1", failures: [] });
    expect(parseMonitor(recorded("crm_mon-3.0-healthy.xml"))).toMatchObject({
      online: ["qvddb1", "qvddb2"],
      quorate: true,
    });
  });

  test("crm_mon of a failed start, whose words begin with a capital", () => {
    const status = parseStatus(recorded("crm_mon-3.0-failed.xml"))!;
    expect(status.failures).toEqual([
      {
        resource: "p_fs_postgres",
        operation: "start",
        node: "qvddb1",
        status: "Not installed (5, Done)",
        reason: "Simulated action result",
        at: "2026-11-22 09:23:09Z",
      },
    ]);
    expect(reached({ resource: "p_fs_postgres", expected: "started" }, status)).toBe(false);
  });

  test("crm_simulate with an event loses its decision in XML, which must not pass for “nothing to do”", () => {
    expect(() => parseSimulation(recorded("crm_simulate-3.0-event.xml"))).toThrow("no decision");
  });
});

import { stale, verdictsOf } from "./verdicts";
import type { Verdict } from "./verdicts";

/**
 * Proves that the scenarios notice: each constraint, option, meta attribute and operation of the rendered CIB, gone or changed, breaks one of them,
 * or mutants.json says why it makes no difference to the scheduler. Agents' parameters are no matter of the scheduler, so they have no mutants.
 */
describe("mutants of the rendered configuration", () => {
  let all: Verdict[];
  const of = (fate: Verdict["fate"]): Verdict[] => all.filter((v) => v.fate === fate);

  beforeAll(async () => {
    all = await verdictsOf("howto");
  }, 900_000);

  test("none survives", () => expect(of("survived")).toEqual([]));

  test("there are enough of them, and each element of the CIB has some", () => {
    expect(of("killed").length).toBeGreaterThanOrEqual(100);
    const names = of("killed").map((v) => v.mutant);
    for (const id of [
      "options",
      "defaults",
      "p_fence_qvddb1",
      "p_fence_qvddb2",
      "p_ping",
      "p_drbd_postgres",
      "p_fs_postgres",
      "p_ip_postgres",
      "p_postgres",
      "g_postgres",
      "ms_drbd_postgres",
      "l_fence_qvddb1",
      "l_fence_qvddb2",
      "l_drbd_master_on_ping",
      "o_postgres_on_drbd",
      "o_drbd_before_postgres",
    ])
      expect(names.filter((n) => n.startsWith(id))).not.toEqual([]);
  });

  test("what is said to make no difference makes none, and is still there", () => expect(stale(all)).toEqual([]));
});

describe("mutants of profile fast", () => {
  test("none survives, the address's own constraints included", async () => {
    const all = await verdictsOf("fast");
    expect(all.filter((v) => v.fate === "survived")).toEqual([]);
    expect(stale(all, "equivalentFast")).toEqual([]);
    const killed = all.filter((v) => v.fate === "killed").map((v) => v.mutant);
    for (const id of ["o_ip_on_drbd", "o_drbd_before_ip", "o_postgres_stops_before_ip"])
      expect(killed.filter((n) => n.startsWith(id))).not.toEqual([]);
  }, 900_000);
});

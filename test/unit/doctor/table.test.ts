import { spawnSync } from "node:child_process";
import { rules } from "../../../tools/doctor/rules";
import { chosen, rows } from "../../e2e/doctor/row";

// Proves that the rows of make doctor-table are well-formed, and which of them are taken; that the faults are named on real nodes is for the table itself.

describe("the table of faults", () => {
  it.each(rows.map((r) => [r.name, r] as const))(
    "%s: a rule that there is, and scripts that bash takes",
    (_name, r) => {
      expect(Object.keys(rules)).toContain(r.finds.rule);
      for (const script of [r.make, r.undo ?? ""])
        expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    },
  );

  it("has each name once", () => expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length));

  it("takes what it is told, and else what needs nothing beside the stack dev", () => {
    const table = [{}, { needs: "maintenance" as const }, {}, {}];
    expect(chosen("", table)).toEqual([1, 3, 4]);
    expect(chosen("2-3", table)).toEqual([2, 3]);
    expect(chosen("4, 1", table)).toEqual([1, 4]);
    expect(() => chosen("x", table)).toThrow('ROWS: "x"');
  });
});

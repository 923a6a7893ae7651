import { print } from "../../../drills/profiles/print";
import type { Measured } from "../../../drills/profiles/table";
import { compare } from "../../../drills/profiles/table";
import type { DrillReport } from "../../../drills/report/report";

// Proves how drills of several configurations are put side by side. The seconds are made up.

const run = (seconds: number, membership: number, more: object = {}): DrillReport =>
  ({
    fault: "power-cut",
    gap: { from: 0, to: seconds * 1000, seconds },
    passed: true,
    pieces: [
      { name: "fence", from: membership, seconds: 2 },
      { name: "membership", from: 0, seconds: membership },
    ],
    invariants: { violations: [] },
    verdict: { lost: [], phantom: [] },
    worstCaseFailoverSeconds: 100,
    ...more,
  }) as unknown as DrillReport;

const measured = (name: string, ...runs: DrillReport[]): Measured => ({ name, runs: { "power-cut": runs } });

describe("configurations side by side", () => {
  const howto = measured("howto", run(50, 11), run(40, 10), run(42, 12));
  const fast = measured("fast", run(12, 3), run(14, 3.5), run(20, 3));

  it("gives the spread of gaps and pieces, in the order in which they begin, and the ratio of medians", () => {
    const { lines, beyond } = compare([howto, fast], 0);
    expect(lines.map((l) => l.piece ?? "gap")).toEqual(["gap", "membership", "fence"]);
    expect(lines[0]?.spreads.map((s) => s && [s.min, s.median, s.max])).toEqual([
      [40, 42, 50],
      [12, 14, 20],
    ]);
    expect(lines[0]?.ratios[1]).toBeCloseTo(14 / 42);
    expect(beyond).toEqual([]);
    const text = print(compare([howto, fast], 0));
    expect(text).toContain("×0.33");
    expect(text).toContain("fast: power-cut at most ×0.35 of howto: met");
    expect(text).toContain("no gap is above the bound");
  });

  it("says so where the goal is missed, a gap is above its own bound, or a write was lost", () => {
    const bad = measured("fast", run(30, 3, { worstCaseFailoverSeconds: 25, verdict: { lost: [{}], phantom: [] } }));
    const c = compare([howto, bad], 0);
    expect(c.lost).toEqual([0, 1]);
    expect(c.beyond).toEqual(["fast: power-cut took 30.0 s, above its bound of 25 s"]);
    expect(print(c)).toContain("NOT met");
  });

  it("has a place for what was not measured yet", () => {
    const c = compare([howto, { name: "fast", runs: {} }], 0);
    expect(c.lines[0]?.ratios).toEqual([1, undefined]);
    expect(print(c)).toContain("not measured");
  });
});

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { page } from "../../../drills/page/page";
import { timeline } from "../../../drills/page/charts/timelineData";
import type { DrillReport } from "../../../drills/report/report";
import { rows, spread } from "../../../drills/suite/figures";
import { summary } from "../../../drills/suite/print";
import { gather, parseReport, passed } from "../../../drills/suite/report";
import { Results } from "../../../drills/suite/results";
import { merged } from "../../../drills/suite/sightings";
import { drillReport } from "./made";

const directory = (): string => mkdtempSync(join(tmpdir(), "results-"));

describe("results", () => {
  it("count what is green, so that a set goes on where it ended", () => {
    const where = directory();
    const first = new Results(where);
    first.add(drillReport({ fault: "power-cut" }));
    first.add(drillReport({ fault: "power-cut", passed: false }));
    first.add({ fault: "hang", broken: "no steady flow of writes after 90 s" });
    const again = new Results(where);
    expect(["power-cut", "hang", "reboot"].map((f) => again.green(f))).toEqual([1, 0, 0]);
    expect(again.faults.sort()).toEqual(["hang", "power-cut"]);
  });

  it("are judged by the newest drill, and hide no older one", () => {
    const where = new Results(directory());
    where.add(drillReport({ passed: false }));
    where.add(drillReport({ passed: true }));
    const report = gather(where, 0);
    expect(report.cases.map((c) => [c.fault, c.runs.length, passed(c)])).toEqual([["power-cut", 2, true]]);
  });

  it("that did not come to an end are no success", () => {
    const where = new Results(directory());
    where.add({ fault: "hang", broken: "no log-in to the hypervisor" });
    expect(gather(where, 0).cases.map(passed)).toEqual([false]);
    expect(summary(gather(where, 0))).toMatch(
      /hang did not come to an end: no log-in[^]*0 of 1 faults came as expected/,
    );
  });
});

describe("figures", () => {
  it("are least, median and most", () => {
    expect(spread([5, 1, 9])).toEqual({ count: 3, min: 1, median: 5, max: 9 });
    expect(spread([4, 2])).toEqual({ count: 2, min: 2, median: 3, max: 4 });
    expect(spread([])).toBeUndefined();
  });

  const withGap = (seconds: number): DrillReport => drillReport({ gap: { from: 0, to: seconds * 1000, seconds } });

  it("stand beside those of an older report, of either form", () => {
    const results = new Results(directory());
    results.add(withGap(30));
    results.add(withGap(40));
    const old = parseReport(JSON.stringify([withGap(70)]));
    expect(rows(gather(results, 0), old)).toMatchObject([
      { gap: { min: 30, median: 35, max: 40 }, before: { median: 70 } },
    ]);
    expect(summary(gather(results, 0), old)).toMatch(/power-cut +30\.0 +35\.0 +40\.0 .* 70\.0 +×0\.50/);
    expect(parseReport(JSON.stringify(gather(results, 0))).cases).toHaveLength(1);
    expect(() => parseReport("{}")).toThrow(/no report of drills/);
  });

  it("do not count as broken what the fault itself breaks", () => {
    const results = new Results(directory());
    const rules = ["no StandAlone", "postmaster"].map((rule) => ({ rule, what: rule, from: 0, to: 1 }));
    const invariants = { samples: {}, violations: rules };
    results.add(drillReport({ fault: "split-brain", invariants }));
    results.add(drillReport({ invariants }));
    expect(rows(gather(results, 0)).map((r) => [r.fault, r.violations])).toEqual([
      ["power-cut", 2],
      ["split-brain", 1],
    ]);
  });

  it("name what did not come as expected", () => {
    const results = new Results(directory());
    const unmet = { what: "lost writes", wanted: "0", came: "3", met: false };
    results.add(drillReport({ passed: false, outcomes: [unmet] }));
    expect(summary(gather(results, 0))).toMatch(/FAIL power-cut[^]*power-cut: lost writes: 3 \(expected: 0\)/);
  });
});

describe("sightings", () => {
  it("are added by a drill that passed and says where it ran, and by nothing else", () => {
    const surroundings = { versions: { system: "Debian 12" }, machine: { kind: "embedded lab" } };
    const of = (r: DrillReport): string[] => {
      const results = new Results(directory());
      results.add(r);
      return Object.keys(merged({ hang: { on: "2026-01-01", where: "x" } }, gather(results, 0)));
    };
    expect(of(drillReport({ surroundings }))).toEqual(["hang", "power-cut"]);
    expect(of(drillReport({ surroundings, passed: false }))).toEqual(["hang"]);
    expect(of(drillReport({}))).toEqual(["hang"]);
  });
});

describe("a timeline", () => {
  const t = timeline(drillReport({}));
  const bars = (lane: string): [string, number, number][] =>
    t.bars.filter((b) => b.lane === lane).map((b) => [`${b.whose} ${b.kind}`, b.from, b.to]);

  it("has all on one axis: what the nodes were, by samples, and what the cluster did, by its log", () => {
    expect(bars("PostgreSQL")).toEqual([
      ["active state", -4, 0],
      ["standby state", 30, 58],
      ["standby work", 25, 31],
    ]);
    expect(bars("fencing")).toEqual([["cluster work", 12, 20]]);
    expect(bars("membership")).toEqual([["cluster work", 5, 11]]);
    expect(bars("resync")).toEqual([["active state", 46, 50]]);
  });

  it("does not join what lies before and after a silence", () => {
    expect(bars("nodes answer")).toEqual([
      ["active state", -4, 0],
      ["active state", 40, 58],
      ["standby state", -4, 58],
    ]);
  });

  it("shows the gap and the marks", () => {
    expect(t.gap).toEqual({ from: 0, to: 33, seconds: 33 });
    expect(t.marks).toEqual([
      { at: 0, what: "fault" },
      { at: 55, what: "whole again" },
    ]);
  });
});

describe("the page", () => {
  it("needs nothing beside itself, holds both sizes of every picture, and escapes what comes from a cluster", async () => {
    const results = new Results(directory());
    results.add(drillReport({ title: "x", notes: ["<script>alert(1)</script>"] }));
    const text = await page(gather(results, 0));
    expect(text).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(text.match(/<svg/g)).toHaveLength(4);
    expect(text).toContain("&#60;script&#62;");
    expect(text).toMatch(/prefers-color-scheme: dark/);
  }, 30_000);
});

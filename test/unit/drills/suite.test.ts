import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { About } from "../../../drills/about";
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

  it("count where they are about what is asked for: this cluster, this profile, these checks", () => {
    const here = { cluster: "qvd@10.0.0.9", profile: "fast", verify: true };
    const green = (about: About | undefined, wanted = here): [number, string | undefined] => {
      const where = new Results(directory());
      where.add(drillReport({ ...(about ? { about } : {}) }));
      return [where.green("power-cut", wanted), where.foreign("power-cut", wanted)];
    };
    expect(green(here)).toEqual([1, undefined]);
    expect(green(here, { ...here, verify: false })).toEqual([1, undefined]);
    expect(green({ ...here, verify: false })).toEqual([0, "was made without the checks of the data (--no-verify)"]);
    expect(green({ ...here, cluster: "x@10.0.0.8" })).toEqual([0, "is of x@10.0.0.8, and this is qvd@10.0.0.9"]);
    expect(green({ ...here, profile: "howto" })).toEqual([0, "is of profile howto, and this is profile fast"]);
    expect(green({ cluster: here.cluster, verify: true })[1]).toMatch(
      /of an unknown profile, and this is profile fast/,
    );
    expect(green(undefined)).toEqual([0, "does not say of which cluster it is"]);
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

  it("have p95 where a fault was drilled several times, and count promotions", () => {
    const results = new Results(directory());
    for (const s of [10, 20, 30]) results.add(withGap(s));
    results.add(drillReport({ fault: "hang", counts: { fencings: 1, fencingFailures: 0, promotions: 2 } }));
    expect(rows(gather(results, 0)).map((r) => [r.fault, r.p95, r.promotions])).toEqual([
      ["power-cut", 30, 3],
      ["hang", undefined, 2],
    ]);
  });

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

describe("a sighting", () => {
  const surroundings = { versions: { system: "Debian 12" }, machine: { kind: "embedded lab" } };
  const seen = (verify: boolean, known = {}): unknown => {
    const results = new Results(directory());
    results.add(drillReport({ surroundings, about: { cluster: "c", profile: "fast", verify } }));
    return merged(known, gather(results, 0))["power-cut"];
  };
  const where = "embedded lab, Debian 12";

  it("says with which profile, and whether the data was read", () => {
    expect(seen(true)).toEqual({ on: "2023-11-14", where, profile: "fast", verified: true });
    expect(seen(false)).toEqual({ on: "2023-11-14", where, profile: "fast", verified: false });
  });

  it("in which the data was read is not replaced by one in which it was not", () => {
    const known = { "power-cut": { on: "2023-01-01", where: "x", verified: true } };
    expect(seen(false, known)).toEqual(known["power-cut"]);
    expect(seen(true, known)).toMatchObject({ on: "2023-11-14" });
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

  const about = { cluster: "qvd@10.0.0.9", profile: "howto", verify: false };

  it("says what each drill is about, how much was sampled, and what was counted", async () => {
    const results = new Results(directory());
    const sampling = { a: { samples: 13, up: 60, sampled: 54, holes: [] } };
    const surroundings = { versions: { "fence agents": "fence_virsh" }, machine: { profile: "howto" } };
    results.add(drillReport({ about, sampling, surroundings }));
    results.control = { acknowledged: 90, lies: 9, lost: 8, passed: false };
    const text = (await page(gather(results, 0))).replace(/\s+/g, " ");
    expect(text).toContain("1 fencing, 0 failed ones, 1 promotion. Samples: 13 of a (90 % of its time up), 32 of b.");
    expect(text).toContain("On qvd@10.0.0.9, profile howto, the data was not read afterwards (--no-verify).");
    expect(text).toMatch(/fence agents<\/dt> <dd>fence_virsh/);
    expect(text).toMatch(/tile bad"><b>8 of 9<\/b>/);
  }, 30_000);

  it("has the older report beside this one, with the change of each median", async () => {
    const results = new Results(directory());
    for (const seconds of [20, 40]) results.add(drillReport({ gap: { from: 0, to: seconds * 1000, seconds } }));
    const before = parseReport(JSON.stringify([drillReport({ gap: { from: 0, to: 60_000, seconds: 60 } })]));
    const compared = (await page(gather(results, 0), before)).replace(/\s+/g, " ");
    expect(compared).toMatch(/<td class="n">60\.0<\/td> <td class="n">× 0\.50<\/td>/);
    expect(compared).toContain("Hollow: the median of the report of 2023-11-14");
    expect(compared).toMatch(/<td class="n">20\.0<\/td> <td class="n"><b>30\.0<\/b><\/td> <td class="n">40\.0<\/td>/);
    const alone = (await page(gather(results, 0))).replace(/\s+/g, " ");
    expect(alone).not.toMatch(/Hollow|<th class="n">before/);
  }, 60_000);
});

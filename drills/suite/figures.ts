import { percentile } from "../ledger/gaps";
import type { DrillReport } from "../report/report";
import type { Case, SuiteReport } from "./report";
import { breaksOf, passed } from "./report";

export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return {
    count: sorted.length,
    min: sorted[0] as number,
    median: ((low as number) + (high as number)) / 2,
    max: sorted.at(-1) as number,
  };
}

export const gapsOf = (runs: readonly DrillReport[]): Spread | undefined =>
  spread(runs.flatMap((r) => (r.gap ? [r.gap.seconds] : [])));

/** One row of the table of gaps. */
export interface Row {
  readonly fault: string;
  readonly number: string;
  readonly title: string;
  readonly passed: boolean;
  readonly runs: number;
  readonly gap?: Spread;
  /** Of the gaps, by nearest rank; where there are several. Their median is p50. */
  readonly p95?: number;
  readonly redundant?: Spread;
  readonly acknowledged: number;
  readonly lost: number;
  readonly phantom: number;
  readonly unknown: number;
  readonly fencings: number;
  readonly promotions: number;
  /** Without those that the fault itself is. */
  readonly violations: number;
  /** Of the report that it is compared with. */
  readonly before?: Spread;
}

const sum = (runs: readonly DrillReport[], n: (r: DrillReport) => number): number =>
  runs.reduce((total, r) => total + n(r), 0);

export function row(c: Case, before?: Case): Row {
  const { runs } = c;
  const gap = gapsOf(runs);
  const p95 = percentile(
    runs.flatMap((r) => (r.gap ? [r.gap.seconds] : [])),
    95,
  );
  const redundant = spread(runs.flatMap((r) => (r.redundantAfter === undefined ? [] : [r.redundantAfter])));
  const old = before && gapsOf(before.runs);
  return {
    fault: c.fault,
    number: c.number,
    title: c.title,
    passed: passed(c),
    runs: runs.length,
    ...(gap ? { gap } : {}),
    ...(gap && gap.count > 1 && p95 !== undefined ? { p95 } : {}),
    ...(redundant ? { redundant } : {}),
    acknowledged: sum(runs, (r) => r.verdict?.acknowledged ?? 0),
    lost: sum(runs, (r) => r.verdict?.lost.length ?? 0),
    phantom: sum(runs, (r) => r.verdict?.phantom.length ?? 0),
    unknown: sum(runs, (r) => r.verdict?.unknown ?? 0),
    fencings: sum(runs, (r) => r.counts.fencings),
    promotions: sum(runs, (r) => r.counts.promotions),
    violations: sum(runs, (r) => r.invariants.violations.filter((v) => !breaksOf(c.fault).includes(v.rule)).length),
    ...(old ? { before: old } : {}),
  };
}

export const rows = (report: SuiteReport, before?: SuiteReport): Row[] =>
  report.cases.map((c) =>
    row(
      c,
      before?.cases.find((b) => b.fault === c.fault),
    ),
  );

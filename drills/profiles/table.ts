import type { DrillReport } from "../report/report";
import type { Spread } from "../suite/figures";
import { gapsOf, spread } from "../suite/figures";

/** What was drilled with one set of values, by fault. */
export interface Measured {
  readonly name: string;
  /** The bound that the program printed, in seconds. */
  readonly bound?: number;
  readonly runs: Readonly<Record<string, readonly DrillReport[]>>;
}

/** A line: the gap as a whole, or one of its pieces. */
export interface Line {
  readonly fault: string;
  /** Undefined: the whole gap. */
  readonly piece?: string;
  /** In the order of what was measured; undefined where nothing was. */
  readonly spreads: readonly (Spread | undefined)[];
  /** Median of each against that of the first. */
  readonly ratios: readonly (number | undefined)[];
}

export interface Comparison {
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly names: readonly string[];
  readonly lines: readonly Line[];
  /** Acknowledged writes that were lost, phantom writes, broken invariants, and drills that did not come as expected, in all, by name. */
  readonly lost: readonly number[];
  readonly phantom: readonly number[];
  readonly violations: readonly number[];
  readonly failed: readonly number[];
  /** Gaps above the bound of their own configuration, in words. */
  readonly beyond: readonly string[];
}

/** A gap that beats the first one's counts as won at or below this; what the pieces of work were set out to reach. */
export const GOALS: Readonly<Record<string, number>> = { "power-cut": 0.35, "switch-over": 0.25, "standby-cut": 0.33 };

const pieceSpread = (runs: readonly DrillReport[], name: string): Spread | undefined =>
  spread(runs.flatMap((r) => r.pieces.filter((p) => p.name === name).map((p) => p.seconds)));

/** In the order in which they begin, by the first run that knows them. */
function pieceNames(all: readonly (readonly DrillReport[])[]): string[] {
  const first = new Map<string, number>();
  for (const p of all.flat().flatMap((r) => r.pieces)) if (!first.has(p.name)) first.set(p.name, p.from);
  return [...first.entries()].sort(([, a], [, b]) => a - b).map(([name]) => name);
}

function line(fault: string, piece: string | undefined, spreads: readonly (Spread | undefined)[]): Line {
  const base = spreads[0]?.median;
  const ratios = spreads.map((s) => (s && base ? s.median / base : undefined));
  return { fault, ...(piece === undefined ? {} : { piece }), spreads, ratios };
}

/** Everything side by side; the first is what the others are compared with. */
export function compare(measured: readonly Measured[], made: number): Comparison {
  const faults = [...new Set(measured.flatMap((m) => Object.keys(m.runs)))];
  const of = (m: Measured, fault: string): readonly DrillReport[] => m.runs[fault] ?? [];
  const sum = (n: (r: DrillReport) => number): number[] =>
    measured.map((m) =>
      Object.values(m.runs)
        .flat()
        .reduce((total, r) => total + n(r), 0),
    );
  return {
    made,
    names: measured.map((m) => m.name),
    lines: faults.flatMap((fault) => {
      const all = measured.map((m) => of(m, fault));
      return [
        line(fault, undefined, all.map(gapsOf)),
        ...pieceNames(all).map((piece) =>
          line(
            fault,
            piece,
            all.map((runs) => pieceSpread(runs, piece)),
          ),
        ),
      ];
    }),
    lost: sum((r) => r.verdict?.lost.length ?? 0),
    phantom: sum((r) => r.verdict?.phantom.length ?? 0),
    violations: sum((r) => r.invariants.violations.length),
    failed: sum((r) => (r.passed ? 0 : 1)),
    beyond: measured.flatMap((m) =>
      Object.entries(m.runs).flatMap(([fault, runs]) =>
        runs.flatMap((r) => {
          const bound = r.worstCaseFailoverSeconds ?? m.bound;
          return bound !== undefined && r.gap && r.gap.seconds > bound
            ? [`${m.name}: ${fault} took ${r.gap.seconds.toFixed(1)} s, above its bound of ${bound} s`]
            : [];
        }),
      ),
    ),
  };
}

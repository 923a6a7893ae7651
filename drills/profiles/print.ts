import type { Comparison, Line } from "./table";
import { GOALS } from "./table";

const NAME = 38;
const seconds = (s: number | undefined): string => (s === undefined ? "-" : s.toFixed(1)).padStart(7);

function cells(l: Line): string {
  return l.spreads
    .map((s, i) => {
      const ratio = i === 0 ? "" : (l.ratios[i] === undefined ? "-" : `×${l.ratios[i].toFixed(2)}`).padStart(8);
      return `${seconds(s?.min)}${seconds(s?.median)}${seconds(s?.max)}${ratio}`;
    })
    .join("  ");
}

/** The comparison on one screen: gaps and their pieces in seconds, least, median, most, and the ratio of medians. */
export function print(c: Comparison): string {
  const heads = c.names.map((n, i) => n.padStart(21).slice(0, 21) + (i === 0 ? "" : "   ratio")).join("  ");
  const lines = c.lines.map((l) => `  ${(l.piece ? `  ${l.piece}` : l.fault).padEnd(NAME)}${cells(l)}`);
  const totals = (what: string, all: readonly number[]): string =>
    `  ${what.padEnd(NAME)}${all.map((n, i) => String(n).padStart(21) + (i === 0 ? "" : "        ")).join("  ")}`;
  const goals = c.lines
    .filter((l) => l.piece === undefined && l.fault in GOALS)
    .flatMap((l) =>
      l.ratios.slice(1).flatMap((ratio, i) => {
        const goal = GOALS[l.fault] as number;
        const met = ratio === undefined ? "not measured" : ratio <= goal ? "met" : "NOT met";
        return [`${c.names[i + 1]}: ${l.fault} at most ×${goal} of ${c.names[0]}: ${met}`];
      }),
    );
  return [
    `  ${"seconds: least, median, most".padEnd(NAME)}${heads}`,
    ...lines,
    totals("lost writes", c.lost),
    totals("phantom writes", c.phantom),
    totals("broken invariants", c.violations),
    totals("drills not as expected", c.failed),
    ...goals,
    ...(c.beyond.length > 0 ? c.beyond : ["no gap is above the bound of its configuration"]),
  ].join("\n");
}

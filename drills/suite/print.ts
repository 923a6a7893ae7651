import type { Row } from "./figures";
import { rows } from "./figures";
import type { SuiteReport } from "./report";

const seconds = (s: number | undefined): string => (s === undefined ? "-" : s.toFixed(1));
const range = ({ gap, p95 }: Row): string[] => [
  seconds(gap?.min),
  seconds(gap?.median),
  seconds(p95),
  seconds(gap?.max),
];
const NAME = 30;

const columns = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(NAME)}${cells.map((c) => c.padStart(9)).join("")}`;

function line(r: Row, compared: boolean): string {
  const change = r.before && r.gap ? `×${(r.gap.median / r.before.median).toFixed(2)}` : "-";
  const cells = [...range(r), ...[r.runs, r.lost, r.phantom, r.fencings, r.promotions].map(String)];
  return columns(
    `${r.passed ? "ok  " : "FAIL"} ${r.fault}`,
    compared ? [...cells, seconds(r.before?.median), change] : cells,
  );
}

/** All drills of a report on one screen. */
export function summary(report: SuiteReport, before?: SuiteReport): string {
  const all = rows(report, before);
  const head = ["gap min", "median", "95 %", "max", "drills", "lost", "phantom", "fenced", "promoted"];
  const broken = report.cases.flatMap((c) => (c.runs.length === 0 ? c.broken.slice(-1) : []));
  const unmet = report.cases.flatMap((c) =>
    (c.runs.at(-1)?.outcomes ?? [])
      .filter((o) => !o.met)
      .map((o) => `  ${c.fault}: ${o.what}: ${o.came} (expected: ${o.wanted})`),
  );
  const { control } = report;
  return [
    columns("", before ? [...head, "before", "change"] : head),
    ...all.map((r) => line(r, before !== undefined)),
    ...(control
      ? [
          `  ${control.passed ? "ok  " : "FAIL"} negative control: ${control.lost} of ${control.lies ?? "an unknown number of"} early acknowledgements found lost`,
        ]
      : []),
    ...(unmet.length > 0 ? ["Not as expected:", ...unmet] : []),
    ...broken.map((b) => `  ${b.fault} did not come to an end: ${b.broken}`),
    `${all.filter((r) => r.passed).length} of ${all.length} faults came as expected`,
  ].join("\n");
}

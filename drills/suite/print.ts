import type { Row, Spread } from "./figures";
import { rows } from "./figures";
import type { SuiteReport } from "./report";

const seconds = (s: number | undefined): string => (s === undefined ? "-" : s.toFixed(1));
const range = (s: Spread | undefined): string[] => [seconds(s?.min), seconds(s?.median), seconds(s?.max)];
const NAME = 30;

const columns = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(NAME)}${cells.map((c) => c.padStart(9)).join("")}`;

function line(r: Row, compared: boolean): string {
  const change = r.before && r.gap ? `×${(r.gap.median / r.before.median).toFixed(2)}` : "-";
  const cells = [...range(r.gap), String(r.runs), String(r.lost), String(r.phantom), String(r.fencings)];
  return columns(
    `${r.passed ? "ok  " : "FAIL"} ${r.fault}`,
    compared ? [...cells, seconds(r.before?.median), change] : cells,
  );
}

/** All drills of a report on one screen. */
export function summary(report: SuiteReport, before?: SuiteReport): string {
  const all = rows(report, before);
  const head = ["gap min", "median", "max", "drills", "lost", "phantom", "fenced"];
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
      ? [`  ${control.passed ? "ok  " : "FAIL"} negative control: ${control.lost} early acknowledgements found lost`]
      : []),
    ...(unmet.length > 0 ? ["Not as expected:", ...unmet] : []),
    ...broken.map((b) => `  ${b.fault} did not come to an end: ${b.broken}`),
    `${all.filter((r) => r.passed).length} of ${all.length} faults came as expected`,
  ].join("\n");
}

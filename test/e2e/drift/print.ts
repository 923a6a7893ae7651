import type { Noop, Result, Table } from "./run";

const WIDTHS = [52, 8, 58, 9] as const;
const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

const line = (cells: readonly string[]): string =>
  cells
    .map((c, i) => (WIDTHS[i] === undefined ? c : cut(c, WIDTHS[i])))
    .join("  ")
    .trimEnd();

const named = ({ row, named: path }: Result): string =>
  row.seen ? (path === undefined ? "NOT NAMED" : `${row.seen.resource} ${path}`) : "not compared; in make status";

const done = ({ row, repaired }: Result): string => (repaired ? (row.seen ? "repaired" : "kept") : "NO");

/** What a preview costs where nothing is to be done. */
export const noopLine = ({ previewSeconds, refreshSeconds, trips }: Noop): string =>
  `no-op: pulumi preview ${previewSeconds} s, pulumi preview --refresh ${refreshSeconds} s; SSH executions per kind and node: at most ${Math.max(0, ...Object.values(trips))}`;

export const good = (r: Result): boolean => r.faults.length === 0;

export const head = line(["changed by hand", "node", "a refresh names", "is then", "disturbs"]);

export const printRows = (results: readonly Result[]): string =>
  results
    .flatMap((r) => [line([r.row.name, r.node, named(r), done(r), r.row.disturbs]), ...r.faults.map((f) => `    ${f}`)])
    .join("\n");

/** The last lines, `N of N` the very last. */
export const foot = ({ results, noop }: Table): string =>
  `${noopLine(noop)}\n${results.filter(good).length} of ${results.length}`;

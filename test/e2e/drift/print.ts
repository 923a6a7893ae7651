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
  row.seen
    ? path === undefined
      ? "NOT NAMED"
      : `${row.seen.resource} ${path}`
    : row.status
      ? "kept, in make status"
      : "kept";

/** What a preview costs where nothing is to be done. */
export const noopLine = ({ previewSeconds, refreshSeconds, trips }: Noop): string =>
  `no-op: pulumi preview ${previewSeconds} s, pulumi preview --refresh ${refreshSeconds} s; SSH executions per kind and node: at most ${Math.max(0, ...Object.values(trips))}`;

export const good = (r: Result): boolean => r.faults.length === 0;

/** The table, its last line `N of N`. */
export function print({ results, noop }: Table): string {
  return [
    line(["changed by hand", "node", "a refresh names", "repaired", "disturbs"]),
    ...results.flatMap((r) => [
      line([r.row.name, r.node, named(r), r.repaired ? "yes" : "NO", r.row.disturbs]),
      ...r.faults.map((f) => `    ${f}`),
    ]),
    noopLine(noop),
    `${results.filter(good).length} of ${results.length}`,
  ].join("\n");
}

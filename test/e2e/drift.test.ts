import { foot, head, noopLine, printRows } from "./drift/print";
import { rows } from "./drift/row";
import type { Table } from "./drift/run";
import { runTable } from "./drift/run";
import { standing } from "./support/stack";

// Proves on a real cluster that every change by hand of the table is named by a refresh, repaired by the next `up`, and disturbs no more than its row says, by Pacemaker's
// own log. What a row does not change is not proven; nor is another operating system than that of the stack.

const MINUTE = 60_000;

describe("drift", () => {
  let table: Table;

  beforeAll(async () => {
    standing();
    table = await runTable();
    console.log([head, printRows(table.results), foot(table)].join("\n"));
  }, 60 * MINUTE);

  test("has at least forty rows, each of which was tried", () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(table.results.map((r) => r.row.name)).toEqual(rows.map((r) => r.name));
  });

  test.each(rows.map((r) => [r.name] as const))("%s", (name) => {
    const result = table.results.find((r) => r.row.name === name);
    expect(result?.faults).toEqual([]);
  });

  test("a preview that looks at the nodes takes one SSH execution per node and kind at most", () => {
    console.log(noopLine(table.noop));
    expect(Object.keys(table.noop.trips).length).toBeGreaterThan(10);
    expect(Object.entries(table.noop.trips).filter(([, n]) => n > 1)).toEqual([]);
  });
});

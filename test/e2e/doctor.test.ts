import { standing } from "./support/stack";
import { rows } from "./doctor/row";
import type { Result } from "./doctor/run";
import { printed, runTable } from "./doctor/run";

// Proves on a real cluster that the doctor names every fault of the table, and that what it says to type, typed to the letter, mends it. What the table does not make is not proven.

const MINUTE = 60_000;

describe("the doctor", () => {
  let results: Result[] = [];

  beforeAll(async () => {
    standing();
    results = await runTable(
      rows,
      rows.map((_, i) => i + 1),
      (text) => console.log(text),
    );
    console.log(results.map(printed).join("\n"));
  }, 240 * MINUTE);

  test("has at least twenty faults", () => expect(rows.length).toBeGreaterThanOrEqual(20));

  test.each(rows.map((r, i) => [r.name, i] as const))("%s", (_name, i) => {
    expect(results[i]?.faults).toEqual([]);
  });
});

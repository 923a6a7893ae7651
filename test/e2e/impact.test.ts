import { changes } from "./impact/change";
import { must, standing } from "./support/stack";

// Proves, on the stack's own cluster, that what previews announce is what Pacemaker then does, by its own log: no more and no less; and that what needs consent is
// refused without it. It is about the stack that is up, and leaves it as it was. Agents and timing are those of these guests.
// Run by itself: QVD_HA_E2E="deployment impact removal" make e2e; on a stack that is up: make impact-table.

const MINUTE = 60_000;

test(
  "every change does what its preview said",
  async () => {
    standing();
    const output = await must("make impact-table");
    expect(output.match(/^BAD.*$(\n {8}.*$)*/gm) ?? []).toEqual([]);
    expect(output.trim().split("\n").at(-1)).toBe(`${changes.length} of ${changes.length}`);
    expect(changes.length).toBeGreaterThanOrEqual(25);
  },
  90 * MINUTE,
);

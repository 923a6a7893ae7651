import { merge, parseCib } from "../../../providers/pacemaker/cib";
import { bareCib } from "./cluster";
import { development } from "./development";
import { stage } from "./play";
import { pool } from "./pool";
import { scenarios } from "./scenario";
import { INSTALLED } from "./simulator";

/**
 * Proves the decisions of Pacemaker's own scheduler about the configuration that the components make for the stack `dev`. It proves nothing about
 * agents, DRBD or time. The scenarios are data: scenarios.json, in the words of scenario.ts.
 */
describe("Pacemaker's scheduler on the rendered configuration", () => {
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    const on = stage(merge(parseCib(bareCib(INSTALLED.schema)), await development()), INSTALLED);
    await pool(scenarios, async (s) => found.set(s.name, await on.complaints(s)));
    on.close();
  }, 120_000);

  test.each(scenarios.map((s) => [s.name]))("%s", (name) => expect(found.get(name)).toEqual([]));

  test("each says in a sentence why it is so, and expects something", () => {
    const names = scenarios.map((s) => s.name);
    expect(new Set(names).size).toBe(names.length);
    for (const s of scenarios) {
      expect(s.why).toMatch(/^[A-Z].{20,}\.$/);
      expect(Object.keys(s.expect)).not.toEqual([]);
    }
  });
});

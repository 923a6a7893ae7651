import { merge, parseCib } from "../../../providers/pacemaker/cib";
import { bareCib } from "./cluster";
import { development, PROFILE_KEYS } from "./development";
import { stage } from "./play";
import { pool } from "./pool";
import type { Scenario } from "./scenario";
import { asPlayed, scenarios } from "./scenario";
import { INSTALLED } from "./simulator";

/**
 * Proves the decisions of Pacemaker's own scheduler about the configuration that the components make for the stack `dev`, in either profile. It proves nothing
 * about agents, DRBD or time. The scenarios are data: scenarios.json, in the words of scenario.ts.
 */
describe.each(Object.keys(asPlayed))("Pacemaker's scheduler on the configuration of profile %s", (profile) => {
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    const on = stage(merge(parseCib(bareCib(INSTALLED.schema)), await development(PROFILE_KEYS[profile])), INSTALLED);
    await pool(scenarios, async (s) => {
      const all = await Promise.all((asPlayed[profile] as (s: Scenario) => Scenario[])(s).map((x) => on.complaints(x)));
      found.set(s.name, all.flat());
    });
    on.close();
  }, 120_000);

  test.each(scenarios.map((s) => [s.name]))("%s", (name) => expect(found.get(name)).toEqual([]));
});

describe("the scenarios", () => {
  test("each says in a sentence why it is so, and expects something", () => {
    const names = scenarios.map((s) => s.name);
    expect(new Set(names).size).toBe(names.length);
    for (const s of scenarios) {
      expect(s.why).toMatch(/^[A-Z].{20,}\.$/);
      expect(Object.keys(s.expect)).not.toEqual([]);
    }
  });
});

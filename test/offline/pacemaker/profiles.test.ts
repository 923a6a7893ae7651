import { readFileSync } from "node:fs";
import { join } from "node:path";
import { merge, parseCib } from "../../../providers/pacemaker/cib";
import { rules } from "../../../providers/pacemaker/rules";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { bareCib, cibWith } from "./cluster";
import type { Keys } from "./development";
import { development } from "./development";
import { replace } from "./mutations";
import { stage } from "./play";
import { pool } from "./pool";
import type { Scenario } from "./scenario";
import { INSTALLED, SCHEMAS } from "./simulator";
import { scratch, tool } from "./tools";

/**
 * What the configuration makes of the cluster beside the standard: profiles.json has its keys, and scenarios in the words of scenario.ts.
 * Proves that Pacemaker takes it, what its scheduler decides, and that no constraint is there for nothing: without it, a scenario breaks.
 * The scheduler knows nothing of levels of fencing: they are the fencer's (test/offline/impact/levels.test.ts).
 */
interface Profile {
  readonly profile: string;
  readonly keys: Keys;
  readonly scenarios: readonly Scenario[];
}

const profiles = JSON.parse(readFileSync(join(__dirname, "profiles.json"), "utf8")) as readonly Profile[];

describe.each(profiles.map((p) => [p.profile, p] as const))("%s", (_name, { keys, scenarios }) => {
  let spec: PacemakerSpec;
  const found = new Map<string, string[]>();
  const place = scratch();

  beforeAll(async () => {
    spec = await development(keys);
    const on = stage(merge(parseCib(bareCib(INSTALLED.schema)), spec), INSTALLED);
    await pool(scenarios, async (s) => found.set(s.name, await on.complaints(s)));
    on.close();
  }, 120_000);
  afterAll(() => place.remove());

  test("our rules and crm_verify take it", () => {
    expect(rules(spec)).toEqual([]);
    for (const schema of SCHEMAS)
      expect(tool("crm_verify", ["-V", "--xml-file", place.file("cib.xml", cibWith(spec, schema))]).code).toBe(0);
  });

  test.each(scenarios.map((s) => [s.name]))("%s", (name) => expect(found.get(name)).toEqual([]));

  test("a location without which nothing changes is none", async () => {
    const cib = merge(parseCib(bareCib(INSTALLED.schema)), spec);
    const places = Object.entries(spec.elements).flatMap(([id, e]) => (e.kind === "location" && e.node ? [id] : []));
    // What the standard has is judged there.
    const own = places.filter((id) => !/^l_fence_[^_]+$/.test(id));
    const idle: string[] = [];
    for (const id of own) {
      const on = stage(
        replace(cib, id, () => []),
        INSTALLED,
      );
      const said = await Promise.all(scenarios.map((s) => on.complaints(s)));
      if (said.every((c) => c.length === 0)) idle.push(id);
      on.close();
    }
    expect(idle).toEqual([]);
  }, 120_000);
});

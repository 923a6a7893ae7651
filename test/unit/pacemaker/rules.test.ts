import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../../providers/pacemaker/rules";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { howtoInput } from "./howto";

/** Each case changes the HOWTO's configuration at some paths; exactly the findings named must come of it, `reason` being a part of theirs. */
interface Case {
  name: string;
  set: Record<string, unknown>;
  found: { property: string; reason: string }[];
}

const cases = JSON.parse(readFileSync(join(__dirname, "rules.json"), "utf8")) as Case[];

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  const at = keys.reduce((o, k) => o[k] as Record<string, unknown>, target);
  at[last] = value;
}

test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
  const input = structuredClone(howtoInput) as Record<string, unknown>;
  for (const [path, value] of Object.entries(c.set)) put(input, path, value);
  const found = rules(pacemakerSchema.parse(input));
  const sorted = (x: { property: string }[]): string[] => x.map((f) => f.property).sort();
  expect(sorted(found)).toEqual(sorted(c.found));
  for (const f of c.found)
    expect(found.filter((g) => g.property === f.property && g.reason.includes(f.reason))).toHaveLength(1);
});

test("an id that is no XML name is refused", () => {
  const bad = { ...howtoInput, elements: { "1st": { kind: "primitive", agent: "ocf:pacemaker:Dummy" } } };
  expect(pacemakerSchema.safeParse(bad).success).toBe(false);
});

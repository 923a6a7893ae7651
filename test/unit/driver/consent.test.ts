import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConsentError, demand, given, lacking, wordOf } from "../../../providers/driver/consent";
import { sh } from "../../../providers/remote";
import type { Effect, Plan } from "../../../providers/step";

/** Effects are "danger resource [in group]", with "-" at the end where nobody is served by it. What must be agreed to in the end, or parts of the error. */
interface Case {
  name: string;
  effects: string[];
  /** QVD_HA_CONSENT. */
  env?: string;
  /** `consent` of the stack's configuration. */
  config?: string[];
  needed?: string[];
  error?: string[];
}

const cases = JSON.parse(readFileSync(join(__dirname, "consent.json"), "utf8")) as Case[];

function effect(text: string): Effect {
  const [danger = "", resource = "", ...rest] = text.split(" ");
  const within = rest[0] === "in" ? rest[1] : undefined;
  return {
    danger: danger as Effect["danger"],
    resource,
    ...(within === undefined ? {} : { within }),
    service: rest.at(-1) !== "-",
  };
}

const planOf = (effects: readonly string[]): Plan => ({
  stages: [
    [{ node: "n", reason: "r", command: { script: sh`true` }, effects: effects.map(effect), words: ["Pacemaker: x"] }],
  ],
  why: "",
});

const environment = (c: Pick<Case, "env" | "config">): NodeJS.ProcessEnv => ({
  PULUMI_NODEJS_PROJECT: "qvd-ha",
  PULUMI_CONFIG: JSON.stringify(
    c.config ? { "qvd-ha:consent": JSON.stringify(c.config), "other:consent": '["x"]' } : {},
  ),
  ...(c.env === undefined ? {} : { QVD_HA_CONSENT: c.env }),
});

describe("consent", () => {
  const before = process.env;
  afterEach(() => {
    process.env = before;
  });

  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    process.env = { ...before, ...environment(c) };
    const p = planOf(c.effects);
    const run = (): void => demand("pacemaker a+b", p);
    if (c.error) {
      for (const part of c.error) expect(run).toThrow(part);
      return;
    }
    expect(lacking(p, given()).map(wordOf)).toEqual(c.needed);
    if (c.needed?.length === 0) return expect(run).not.toThrow();
    expect(run).toThrow(ConsentError);
    // The exact words to use, and why.
    expect(run).toThrow(`make up CONSENT="${c.needed?.join(" ")}"`);
    expect(run).toThrow("nothing was run");
    expect(run).toThrow("Pacemaker: x");
  });
});

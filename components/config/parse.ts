import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "@qvd-ha/providers/dist/kind";
import { at, refusals } from "@qvd-ha/providers/dist/refusal";
import { profiled } from "./profiles";
import { rules } from "./rules";
import type { Settings } from "./schema";
import { schema } from "./schema";

const PASSWORD = /^[A-Za-z0-9_-]+$/;

/** Everything that is wrong with a configuration, in one message. Pulumi prints it without a stack. */
export class SettingsError extends pulumi.RunError {
  constructor(readonly findings: readonly Finding[]) {
    const list = findings.map((f) => `  - ${f.property}: ${f.reason}`).join("\n");
    super(
      `The configuration has ${findings.length === 1 ? "an error" : `${findings.length} errors`}; nothing was touched:\n${list}`,
    );
  }
}

/** The input without what the schema refused, so that the rules between values can be judged as well. */
function without(input: unknown, refused: readonly (readonly PropertyKey[])[]): unknown {
  const copy = structuredClone(input);
  for (const keys of refused) {
    const holder = at(copy, keys.slice(0, -1));
    const last = keys.at(-1);
    if (last !== undefined && holder !== null && typeof holder === "object")
      delete (holder as Record<PropertyKey, unknown>)[last];
  }
  return copy;
}

/** Rules over a configuration that may still lack what the schema refused: a rule that misses its values has nothing to say. */
function judge(settings: Settings): Finding[] {
  return rules.flatMap((rule) => {
    try {
      return rule(settings);
    } catch (e) {
      if (e instanceof TypeError) return [];
      throw e;
    }
  });
}

/** Finds everything that is wrong with a configuration: structure, units, and the rules between values. */
export function validate(given: unknown): { settings?: Settings; findings: Finding[] } {
  const input = profiled(given);
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    const findings = rules.flatMap((rule) => rule(parsed.data));
    return findings.length > 0 ? { findings } : { settings: parsed.data, findings };
  }
  const refused = refusals(parsed.error, input, "see docs/configuration.md, or mend the spelling");
  const structural = refused.map((r) => r.finding);
  const rest = without(
    input,
    refused.map((r) => r.path),
  );
  const second = schema.safeParse(rest);
  const named = new Set(structural.map((f) => f.property));
  const further = judge(second.success ? second.data : (rest as Settings)).filter((f) => !named.has(f.property));
  return { findings: [...structural, ...further] };
}

/** @throws SettingsError with every finding at once */
export function parse(input: unknown): Settings {
  const { settings, findings } = validate(input);
  if (!settings) throw new SettingsError(findings);
  return settings;
}

/** QVD puts the password unescaped into URLs and a properties file. The value is not shown. */
export function passwordFinding(property: string, value: string): Finding[] {
  return PASSWORD.test(value)
    ? []
    : [
        {
          property,
          reason:
            "has characters outside A-Z a-z 0-9 _ -: QVD puts the password unescaped into URLs and properties files. Choose another",
        },
      ];
}

import type { z } from "zod";
import type { Finding } from "./kind";
import { UNKNOWN } from "./unknown";

/** Something that a schema refused: where, and as a person reads it. */
export interface Refusal {
  readonly path: readonly PropertyKey[];
  readonly finding: Finding;
}

/** The value at a path: undefined where the path ends early, and unknown where anything on the way is. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let v = value;
  for (const key of path) {
    if (v === UNKNOWN) return v;
    v = v === null || typeof v !== "object" ? undefined : (v as Record<PropertyKey, unknown>)[key];
  }
  return v;
}

/** A path as Pulumi writes it: `nodes[0].lan`. */
const written = (path: readonly PropertyKey[]): string =>
  path.map((k, i) => (typeof k === "number" ? `[${k}]` : i === 0 ? String(k) : `.${String(k)}`)).join("") ||
  "(the whole)";

/** Properties that a secret may stand in; their values are named, never shown. */
const SECRET = /password|secret|key$|authkey|privatekey/i;

const LONGEST_SHOWN = 60;

function shown(property: string, value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined || SECRET.test(property)) return "";
  return ` (is ${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text})`;
}

/**
 * Everything that a schema refused of an input, each on its property, with the value where it may be shown. What a preview does not know yet is
 * not refused.
 *
 * @param help what is said of a key that the schema does not have
 */
export function refusals(error: z.ZodError, input: unknown, help = "mend the spelling, or leave it out"): Refusal[] {
  const issues = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: `is not a known key: ${help}` }))
      : [{ path: issue.path, message: issue.message }],
  );
  return issues
    .filter(({ path }) => at(input, path) !== UNKNOWN)
    .map(({ path, message }) => {
      const property = written(path);
      return { path, finding: { property, reason: `${message}${shown(property, at(input, path))}` } };
    });
}

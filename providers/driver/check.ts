import type { AnyKind, Finding } from "../kind";

/** What the engine sends in place of a value that a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let v = value;
  for (const key of path) {
    if (v === UNKNOWN || v === null || typeof v !== "object") return v;
    v = (v as Record<PropertyKey, unknown>)[key];
  }
  return v;
}

export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (value !== null && typeof value === "object") return Object.values(value).some(hasUnknown);
  return false;
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text === undefined ? "nothing" : text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/** Inputs that a secret may hide in; their values are named, never shown. */
const SECRET = /password|secret|key$|authkey|privatekey/i;

export interface Checked {
  readonly inputs: Record<string, unknown>;
  readonly findings: readonly Finding[];
}

/** Normalises and validates without any I/O: every finding at once, each on its property. Values that a preview does not know are not judged. */
export function check(kind: AnyKind, raw: Record<string, unknown>): Checked {
  const { __provider: provider, ...news } = raw;
  const keep = (inputs: Record<string, unknown>): Record<string, unknown> =>
    provider === undefined ? inputs : { ...inputs, __provider: provider };
  const parsed = kind.schema.safeParse(news);
  if (parsed.success) {
    const findings = hasUnknown(news) ? [] : (kind.rules?.(parsed.data) ?? []);
    return { inputs: keep(parsed.data as Record<string, unknown>), findings };
  }
  const findings = parsed.error.issues
    .filter((issue) => at(news, issue.path) !== UNKNOWN)
    .map((issue) => {
      const property = issue.path.map(String).join(".");
      const value = SECRET.test(property) ? "" : ` (is ${shown(at(news, issue.path))})`;
      return { property, reason: `${issue.message}${value}` };
    });
  return { inputs: raw, findings };
}

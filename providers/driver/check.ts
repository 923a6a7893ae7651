import type { AnyKind, Finding, Placed } from "../kind";
import { refusals } from "../refusal";
import { hasUnknown } from "../unknown";
import { programs, PROGRAMS } from "./programs";

export interface Checked {
  readonly inputs: Record<string, unknown>;
  readonly findings: readonly Finding[];
}

/** Normalises and validates without any I/O: every finding at once, each on its property. Values that a preview does not know are not judged. */
export function check(kind: AnyKind, raw: Record<string, unknown>): Checked {
  const { __provider: provider, [PROGRAMS]: _programs, ...news } = raw;
  const keep = (inputs: Record<string, unknown>): Record<string, unknown> =>
    provider === undefined ? inputs : { ...inputs, __provider: provider };
  const parsed = kind.schema.safeParse(news);
  if (parsed.success) {
    const findings = hasUnknown(news) ? [] : (kind.rules?.(parsed.data) ?? []);
    return { inputs: keep({ ...(parsed.data as object), ...programs(kind, parsed.data as Placed) }), findings };
  }
  return { inputs: raw, findings: refusals(parsed.error, news).map((r) => r.finding) };
}

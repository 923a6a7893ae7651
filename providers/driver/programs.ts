import { createHash } from "node:crypto";
import type { AnyKind, Placed } from "../kind";

/**
 * Name of the input that stands for the programs that this version of ours brings to the nodes: their digest. Without it, a newer version's would reach the nodes only
 * with the next refresh, since no property that a person sets has changed.
 */
export const PROGRAMS = "programs";

/** Empty for a kind that brings none. */
export function programs(kind: AnyKind, spec: Placed): { readonly [PROGRAMS]?: string } {
  const texts = kind.programs?.(spec) ?? [];
  if (texts.length === 0) return {};
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return { [PROGRAMS]: hash.digest("hex").slice(0, 12) };
}

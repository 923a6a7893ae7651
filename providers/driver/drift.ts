import type { AnyKind, Placed } from "../kind";
import { steps } from "../step";
import type { Facts, Seen } from "../fact";

/**
 * Name of the input that only a refresh ever sets: what the next `up` would do, by node, in the words of the steps. It says on which node a property
 * differs, and it is all there is to see of what no property stands for: a stopped daemon, a comment's neighbour in a file, a file's mode.
 */
export const DRIFT = "drift";

/** Empty where nothing is to be done. Steps that only wait are no difference, and neither is a plan that is refused: its error belongs to the run that wants it. */
export function drift(
  kind: AnyKind,
  known: Placed,
  seen: Readonly<Record<string, Seen<Facts>>>,
): { readonly [DRIFT]?: Readonly<Record<string, readonly string[]>> } {
  const reasons: Record<string, string[]> = {};
  try {
    for (const step of steps(kind.plan(known, seen))) if (!step.waits) (reasons[step.node] ??= []).push(step.reason);
  } catch {
    return {};
  }
  return Object.keys(reasons).length > 0 ? { [DRIFT]: reasons } : {};
}

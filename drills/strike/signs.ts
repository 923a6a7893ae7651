import type { Problem } from "../../tools/status/health";
import type { Who } from "../actions/action";
import type { Sign } from "../faults/fault";

const names = (text: string): string[] => text.split(/[^\w.-]+/);

/** Whether what is wrong now is what a sign wants. @param nodes who plays a part */
export function shown(sign: Sign, found: readonly Problem[], nodes: (who: Who) => readonly string[]): boolean {
  const matching = found.filter((p) => sign.problem.test(p.what));
  // Of a node that does not answer, or a cluster that does not run, nobody knows what has gone.
  if (sign.gone) return matching.length === 0 && found.every((p) => !["unreachable", "cluster"].includes(p.kind));
  if (sign.of === undefined) return matching.length > 0;
  return nodes(sign.of).every((node) => matching.some((p) => names(p.what).includes(node)));
}

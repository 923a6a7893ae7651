import type { Finding } from "./finding";
import { sorted } from "./finding";
import { look } from "./look";
import type { Reading } from "./reading";
import { rules } from "./rules";

/** Everything that is wrong, worst first. An empty answer, or one of notes alone, means that the next fault may come. */
export function examine(r: Reading): Finding[] {
  const l = look(r);
  return sorted(Object.entries(rules).flatMap(([rule, find]) => find(l).map((said): Finding => ({ rule, ...said }))));
}

import type { Fault } from "./fault";
import { powerCut } from "./powerCut";

/** Every fault that can be drilled. */
export const faults: readonly Fault[] = [powerCut];

/** @throws Error that names those that exist */
export function faultNamed(name: string): Fault {
  const fault = faults.find((f) => f.name === name);
  if (!fault) throw new Error(`no fault "${name}"; there are: ${faults.map((f) => f.name).join(", ")}`);
  return fault;
}

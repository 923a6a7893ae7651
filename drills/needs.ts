import { raw, run } from "@qvd-ha/providers/dist/remote";
import type { Field } from "./actions/field";
import type { Fault } from "./faults/fault";

/** The fault means nothing on this cluster. Nothing was touched. */
export class Unfit extends Error {
  override name = "Unfit";
}

/** @throws Unfit with the cluster's own reason */
export async function demandNeeds(fault: Fault, field: Field): Promise<void> {
  if (!fault.needs) return;
  const { on, script } = fault.needs;
  for (const node of field.nodes(on)) {
    const [answer] = await run(field.connection(node), [{ script: raw(script), timeoutSeconds: 60 }]);
    if (answer?.code === 0) continue;
    const why = answer?.stderr.trim() || `exit status ${answer?.code}`;
    throw new Unfit(`${fault.name} cannot be drilled on this cluster: ${node}: ${why}`);
  }
}

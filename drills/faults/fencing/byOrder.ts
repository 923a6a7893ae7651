import { fenceByOrder } from "../../actions/cluster";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** The fence devices tested for real: a device that says yes and does nothing is found out, since the node has not booted anew. */
export const byOrder: Fault = {
  number: "31c",
  name: "fence-by-order",
  group: "fencing",
  title: "the standby node is fenced by order",
  where: "anywhere",
  does: [fenceByOrder("active")],
  expect: { serves: "active", fenced: { standby: ONCE }, refusesNothing: true, tells: [nodeLost] },
};

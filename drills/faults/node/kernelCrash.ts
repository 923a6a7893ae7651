import { crashKernel } from "../../actions/kernel";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** A machine that crashed does not come back by itself; fencing brings it back. */
export const kernelCrash: Fault = {
  number: "3b",
  name: "kernel-crash",
  group: "node",
  title: "the active node's kernel crashes",
  where: "anywhere",
  does: [crashKernel("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeLost] },
};

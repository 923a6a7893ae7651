import { resetKernel } from "../../actions/kernel";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeFenced } from "../tellings";

/** It may be back before the other one has noticed, and is fenced all the same: it has left the membership without a word. */
export const reset: Fault = {
  number: "3",
  name: "reset",
  group: "node",
  title: "the active node boots anew at once",
  where: "anywhere",
  does: [resetKernel("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeFenced] },
};

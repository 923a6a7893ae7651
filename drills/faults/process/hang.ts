import { stopPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeFenced } from "../tellings";

/** The monitor times out, the stop fails, so the node is fenced and the other one serves. */
export const hang: Fault = {
  number: "11",
  name: "hang",
  group: "process",
  title: "the postmaster hangs (SIGSTOP)",
  where: "anywhere",
  quick: true,
  does: [stopPostmaster("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeFenced] },
};

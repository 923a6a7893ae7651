import { wait } from "../../actions/action";
import { freeze, thaw } from "../../actions/power";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeFenced } from "../tellings";

/** What goes on after the other one has taken over would be a second writer; so it is fenced before. */
export const frozen: Fault = {
  number: "4",
  name: "frozen",
  group: "node",
  title: "the active node freezes for 30 s and goes on",
  where: "anywhere",
  does: [freeze("active"), wait(30), thaw("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeFenced] },
};

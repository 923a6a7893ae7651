import { cutPower } from "../../actions/power";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** The other must fence it, which also brings it back, then promote and serve. */
export const powerCut: Fault = {
  number: "1",
  name: "power-cut",
  group: "node",
  title: "the active node loses its power",
  where: "anywhere",
  quick: true,
  does: [cutPower("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeLost] },
};

import { cutPower } from "../../actions/power";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** Writes may wait for the fence handler; none may fail. */
export const standbyCut: Fault = {
  number: "2",
  name: "standby-cut",
  group: "node",
  title: "the standby node loses its power",
  where: "anywhere",
  quick: true,
  does: [cutPower("standby")],
  expect: { serves: "active", fenced: { standby: ONCE }, refusesNothing: true, tells: [nodeLost] },
};

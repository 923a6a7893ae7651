import { wait } from "../../actions/action";
import { flapRing } from "../../actions/network";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";

/** No loop of fencing, and no fencing at all. */
export const ringFlaps: Fault = {
  number: "17",
  name: "ring-flaps",
  group: "network",
  title: "ring 1 goes down and up every second for a minute",
  where: "anywhere",
  does: [flapRing("active", 1, 30), wait(70)],
  expect: { serves: "active", gapWithin: UNDISTURBED },
};

import { wait } from "../../actions/action";
import { cutPowerAgain, switchOn } from "../../actions/power";
import type { Fault } from "../fault";
import { nodeFenced } from "../tellings";

/** Seconds off, and on before the next cut. */
const PAUSES = [5, 10, 40, 20, 15];

/** It must converge, and fencing must not become a loop. */
export const powerCycles: Fault = {
  number: "6",
  name: "power-cycles",
  group: "node",
  title: "the active node loses its power five times in a row",
  where: "anywhere",
  does: PAUSES.flatMap((s) => [cutPowerAgain("active"), wait(s), switchOn("active"), wait(s)]),
  expect: { serves: "standby", fenced: { active: [1, 5] }, tells: [nodeFenced] },
};

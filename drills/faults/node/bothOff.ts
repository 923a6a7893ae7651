import { wait } from "../../actions/action";
import { cutPower, switchOn } from "../../actions/power";
import type { Fault } from "../fault";

/** Their boots are part of the gap, so the failover bound does not hold here. */
export const bothOff: Fault = {
  number: "5",
  name: "both-off",
  group: "node",
  title: "both nodes lose their power, and both come back",
  where: "anywhere",
  does: [cutPower("both"), wait(5), switchOn("both")],
  expect: { serves: "either", fenced: { together: [0, 2] }, gapWithin: 600 },
};

import { reboot } from "../../actions/kernel";
import type { Fault } from "../fault";
import { nodeLost } from "../tellings";

/** The HOWTO's first test: it comes back by itself. */
export const rebootStandby: Fault = {
  number: "H1",
  name: "reboot-standby",
  group: "planned",
  title: "the standby node is rebooted in order",
  where: "anywhere",
  does: [reboot("standby")],
  expect: { serves: "active", boots: "standby", refusesNothing: true, tells: [nodeLost] },
};

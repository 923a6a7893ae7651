import { reboot } from "../../actions/kernel";
import type { Fault } from "../fault";
import { nodeLost } from "../tellings";

/** The HOWTO's init 6: it hands over before it goes, so nobody is fenced. */
export const rebootActive: Fault = {
  number: "H2",
  name: "reboot",
  group: "planned",
  title: "the active node is rebooted in order",
  where: "anywhere",
  quick: true,
  does: [reboot("active")],
  expect: { serves: "standby", boots: "active", tells: [nodeLost] },
};

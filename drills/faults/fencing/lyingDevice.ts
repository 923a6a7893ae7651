import { lyingDevice, selfTestFinds } from "../../actions/selfTest";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";

/** Nothing comes of it as long as nobody is to be fenced; so it has to be found before. */
export const deviceLies: Fault = {
  number: "31c",
  name: "lying-fence-device",
  group: "fencing",
  title: "the fence device says yes to everything and does nothing",
  where: "lab",
  does: [lyingDevice, selfTestFinds("standby", /says yes whatever it is asked/, "it says yes to everything")],
  expect: { serves: "active", gapWithin: UNDISTURBED },
};

import { wait } from "../../actions/action";
import { FENCE_DEVICES, fenceDeviceDown } from "../../actions/fenceDevice";
import { linksUp } from "../../actions/network";
import { cutPower } from "../../actions/power";
import type { Fault } from "../fault";
import { ONCE } from "../fault";

/**
 * Nobody knows whether it still writes: it stays down, says so, and completes without hands when the device is back. A watchdog is no device that could be
 * unreachable: there it is refused.
 */
export const deviceDown: Fault = {
  number: "31",
  name: "fence-device-down",
  group: "fencing",
  title: "the fence device is unreachable, then the active node dies",
  where: "anywhere",
  quick: true,
  needs: { on: "standby", script: FENCE_DEVICES },
  does: [fenceDeviceDown("standby"), wait(3), cutPower("active")],
  expect: {
    serves: "standby",
    fenced: { active: ONCE },
    gapWithin: 900,
    staysDown: 60,
    shows: [{ says: "the dead node is unclean", problem: /is unclean/, within: 60 }],
    tells: [{ says: "the dead node was not fenced", message: /was not fenced|could not be fenced/, within: 60 }],
    completes: [linksUp("standby")],
  },
};

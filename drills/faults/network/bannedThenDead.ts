import { untilSeen, wait } from "../../actions/action";
import { drbdLinkDown } from "../../actions/network";
import { cutPower } from "../../actions/power";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { linkLost } from "../tellings";

/** The only node that is left has old data: it must not serve. Fencing brings the other one back, and its drop rules went with its memory. */
export const bannedThenDead: Fault = {
  number: "19b",
  name: "banned-then-dead",
  group: "network",
  title: "the DRBD link is down, then the active node dies",
  where: "anywhere",
  does: [
    drbdLinkDown("active"),
    untilSeen(/drbd-fence-by-handler/, 120, "DRBD forbids promotion of the standby node"),
    wait(10),
    cutPower("active"),
  ],
  expect: {
    serves: "active",
    fenced: { active: ONCE },
    gapWithin: 600,
    staysDown: 20,
    neverPromoted: "standby",
    shows: [{ says: "DRBD forbids promotion of the standby node", problem: /drbd-fence-by-handler/, within: 60 }],
    tells: [linkLost, { says: "DRBD forbids promotion", message: /promoted on no node.*DRBD forbids it/, within: 60 }],
    completes: [],
  },
};

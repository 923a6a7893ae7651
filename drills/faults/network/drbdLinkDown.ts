import { drbdLinkDown } from "../../actions/network";
import type { Fault } from "../fault";
import { linkLost, LONG_ENOUGH_TO_TELL } from "../tellings";

/** The standby node falls behind, so its promotion is banned until it has caught up. */
export const drbdLinkIsDown: Fault = {
  number: "19",
  name: "drbd-link-down",
  group: "network",
  title: "the DRBD link is down",
  where: "anywhere",
  quick: true,
  does: [drbdLinkDown("active")],
  expect: {
    serves: "active",
    refusesNothing: true,
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: "DRBD forbids promotion of the standby node", problem: /drbd-fence-by-handler/, within: 90 }],
    tells: [linkLost],
  },
};

import { untilSeen } from "../../actions/action";
import { maintenance } from "../../actions/cluster";
import { discard, reconnect, writeAlone } from "../../actions/drbd";
import { drbdLinkDown, linksUp } from "../../actions/network";
import type { Fault } from "../fault";
import { LONG_ENOUGH_TO_TELL, standsAlone } from "../tellings";

/**
 * Both detect it: one stands alone at once, the other one as well or still waits for it (WFConnection). Both go on calling their own data UpToDate, so neither
 * has been made the other one's copy. Nothing is discarded until a person has named the victim, here the standby node, by the documented commands.
 */
export const splitBrain: Fault = {
  number: "32",
  name: "split-brain",
  group: "fencing",
  title: "a split brain is forced",
  where: "lab",
  does: [
    maintenance,
    drbdLinkDown("active"),
    untilSeen(/drbd-fence-by-handler/, 120, "DRBD forbids promotion of the standby node"),
    writeAlone("standby"),
    linksUp("active"),
  ],
  expect: {
    serves: "active",
    gapWithin: 60,
    shows: [
      { says: "DRBD stands alone", problem: /is StandAlone, UpToDate\//, within: 60 },
      {
        says: "each node is without the other one, and keeps its own data",
        problem: /^DRBD on \S+ is (StandAlone|WFConnection), UpToDate\//,
        of: "both",
        within: 90,
        lasts: LONG_ENOUGH_TO_TELL,
      },
    ],
    tells: [standsAlone],
    completes: [discard("standby"), reconnect("active")],
    breaks: ["DRBD Primary", "no StandAlone", "one generation of the data"],
  },
};

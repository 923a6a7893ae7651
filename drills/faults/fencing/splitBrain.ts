import { untilSeen } from "../../actions/action";
import { maintenance } from "../../actions/cluster";
import { discard, reconnect, writeAlone } from "../../actions/drbd";
import { drbdLinkDown, linksUp } from "../../actions/network";
import type { Fault } from "../fault";

/** Both detect it, and nothing is discarded until a person has named the victim: here the standby node. */
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
    shows: [{ says: "DRBD stands alone", problem: /StandAlone/, within: 60 }],
    completes: [discard("standby"), reconnect("active")],
    breaks: ["DRBD Primary", "no StandAlone", "one generation of the data"],
  },
};

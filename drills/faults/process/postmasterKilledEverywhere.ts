import { untilServed, wait } from "../../actions/action";
import { cleanup } from "../../actions/cluster";
import { saidOf } from "../../actions/ids";
import { killPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";

/** Threshold reached on both: it stays down until the failure timeout has passed, or a person has cleaned up. */
export const postmasterKilledEverywhere: Fault = {
  number: "10",
  name: "postmaster-killed-everywhere",
  group: "process",
  title: "the postmaster is killed twice on each node",
  where: "anywhere",
  does: [
    killPostmaster("active"),
    untilServed(180),
    wait(5),
    killPostmaster("active"),
    untilServed(240),
    wait(5),
    killPostmaster("standby"),
    untilServed(180),
    wait(5),
    killPostmaster("standby"),
  ],
  expect: {
    serves: "either",
    staysDown: 30,
    gapWithin: 600,
    shows: [{ says: "the server has a fail-count", problem: saidOf("postgres", " has fail-count"), within: 60 }],
    tells: [{ says: "the monitor of the server failed", message: saidOf("postgres", ": monitor failed"), within: 60 }],
    completes: [cleanup],
  },
};

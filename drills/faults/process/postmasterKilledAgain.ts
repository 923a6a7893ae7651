import { untilServed, wait } from "../../actions/action";
import { saidOf } from "../../actions/ids";
import { killPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";
import { ONCE_AT_MOST } from "../fault";

/**
 * migration-threshold is reached: the service moves, and nobody is fenced. The fail-count shows, and goes by itself when the last failure is older than
 * `cluster.failureTimeout` (by default 3 min): nobody cleans up before that was seen.
 */
export const postmasterKilledAgain: Fault = {
  number: "10",
  name: "postmaster-killed-again",
  group: "process",
  title: "the postmaster is killed twice within the failure timeout",
  where: "anywhere",
  does: [killPostmaster("active"), untilServed(180), wait(5), killPostmaster("active")],
  expect: {
    serves: "standby",
    promotions: ONCE_AT_MOST,
    shows: [
      { says: "the server has a fail-count", problem: saidOf("postgres", " has fail-count"), within: 120 },
      {
        says: "the server has no fail-count any more",
        problem: saidOf("postgres", " has fail-count"),
        gone: true,
        within: 300,
      },
    ],
  },
};

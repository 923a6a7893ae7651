import { killPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";

/** Restarted in place. */
export const postmasterKilled: Fault = {
  number: "9",
  name: "postmaster-killed",
  group: "process",
  title: "the postmaster is killed",
  where: "anywhere",
  quick: true,
  does: [killPostmaster("active")],
  expect: { serves: "active" },
};

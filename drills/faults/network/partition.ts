import { partition } from "../../actions/network";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** One side is fenced, the other one serves. */
export const partitioned: Fault = {
  number: "20",
  name: "partition",
  group: "network",
  title: "nothing passes between the nodes any more",
  where: "anywhere",
  does: [partition("active")],
  expect: { serves: "either", fenced: { together: ONCE }, tells: [nodeLost] },
};

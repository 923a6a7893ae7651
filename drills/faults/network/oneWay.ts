import { ringsDownOneWay } from "../../actions/network";
import type { Fault } from "../fault";
import { ONCE } from "../fault";

/** As with both rings down: half a link is none. */
export const oneWay: Fault = {
  number: "21",
  name: "one-way",
  group: "network",
  title: "both rings pass packets in one direction only",
  where: "anywhere",
  does: [ringsDownOneWay("active")],
  expect: { serves: "active", fenced: { standby: ONCE } },
};

import { poorNetwork } from "../../actions/network";
import type { Fault } from "../fault";

/** Slow, and nothing else. */
export const poor: Fault = {
  number: "22",
  name: "poor-network",
  group: "network",
  title: "the active node loses 5 % of its packets and delays the others by up to 200 ms",
  where: "anywhere",
  does: [poorNetwork("active", 5, 200)],
  expect: { serves: "active", holds: 90 },
};

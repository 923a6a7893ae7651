import { ringsDown } from "../../actions/network";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** Each believes the other one dead. The one with the database fences first; the other one must not. */
export const bothRingsDown: Fault = {
  number: "18",
  name: "both-rings-down",
  group: "network",
  title: "both rings are down, the DRBD link is up",
  where: "anywhere",
  quick: true,
  does: [ringsDown("active")],
  expect: { serves: "active", fenced: { standby: ONCE }, tells: [nodeLost] },
};

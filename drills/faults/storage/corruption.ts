import { resyncStandby, verifyFinds } from "../../actions/drbd";
import { corrupt } from "../../actions/storage";
import type { Fault } from "../fault";

/** Only a verification can find it; a new connection then copies the block. */
export const corruption: Fault = {
  number: "30",
  name: "corruption",
  group: "storage",
  title: "a block of the standby node's disk changes silently",
  where: "lab",
  does: [corrupt("standby"), verifyFinds("active")],
  expect: { serves: "active", gapWithin: 60, completes: [resyncStandby] },
};

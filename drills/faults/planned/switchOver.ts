import { moveAway } from "../../actions/cluster";
import type { Fault } from "../fault";

/** The HOWTO's crm resource migrate, and afterwards unmigrate: for maintenance of the node that served. */
export const switchOver: Fault = {
  number: "H3",
  name: "switch-over",
  group: "planned",
  title: "the service is moved to the standby node",
  where: "anywhere",
  does: [moveAway],
  expect: { serves: "standby" },
};

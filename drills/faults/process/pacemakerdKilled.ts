import { killDaemon } from "../../actions/processes";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";

/** systemd starts it again, and it takes over the daemons that are there: nothing happens to the service. */
export const pacemakerdKilled: Fault = {
  number: "13",
  name: "pacemakerd-killed",
  group: "process",
  title: "pacemakerd is killed on the active node",
  where: "anywhere",
  does: [killDaemon("active", "pacemakerd")],
  expect: { serves: "active", gapWithin: UNDISTURBED, holds: 60 },
};

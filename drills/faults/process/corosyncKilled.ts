import { killDaemon } from "../../actions/processes";
import type { Fault } from "../fault";
import { ONCE } from "../fault";

/** Nobody can tell any more what that node does, so it is fenced. */
export const corosyncKilled: Fault = {
  number: "12",
  name: "corosync-killed",
  group: "process",
  title: "Corosync is killed on the active node",
  where: "anywhere",
  does: [killDaemon("active", "corosync")],
  expect: { serves: "standby", fenced: { active: ONCE } },
};

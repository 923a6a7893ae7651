import { killDaemon } from "../../actions/processes";
import type { Fault } from "../fault";

/** Pacemaker's daemons end with it, and systemd starts all of them again. Whether that is before or after the peer has missed the node, and has it fenced, is a race. */
export const corosyncKilled: Fault = {
  number: "12",
  name: "corosync-killed",
  group: "process",
  title: "Corosync is killed on the active node",
  where: "anywhere",
  does: [killDaemon("active", "corosync")],
  expect: { serves: "either", fenced: { active: [0, 1] }, holds: 60 },
};

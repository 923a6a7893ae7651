import { killDaemon } from "../../actions/processes";
import type { Fault } from "../fault";

/** One of Pacemaker's daemons dies on the active node. It is started again; whether the peer fences meanwhile is Pacemaker's decision. */
const daemonKilled = (daemon: string): Fault => ({
  number: "14",
  name: `${daemon}-killed`,
  group: "process",
  title: `pacemaker-${daemon} is killed on the active node`,
  where: "anywhere",
  does: [killDaemon("active", `pacemaker-${daemon}`)],
  expect: { serves: "either", fenced: { active: [0, 1] }, holds: 60 },
});

export const daemonsKilled: readonly Fault[] = ["based", "controld", "attrd"].map(daemonKilled);

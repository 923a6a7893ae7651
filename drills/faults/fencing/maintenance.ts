import { wait } from "../../actions/action";
import { maintenance, maintenanceOff } from "../../actions/cluster";
import { killPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";

/** Nothing is done about any failure until it is switched off. */
export const maintenanceMode: Fault = {
  number: "33b",
  name: "maintenance-mode",
  group: "fencing",
  title: "the postmaster is killed in maintenance mode",
  where: "anywhere",
  does: [maintenance, wait(5), killPostmaster("active")],
  expect: {
    serves: "active",
    staysDown: 60,
    shows: [{ says: "maintenance mode is on", problem: /maintenance mode is on/, within: 30 }],
    tells: [{ says: "maintenance mode is on", message: /maintenance mode is on/, within: 60 }],
    completes: [maintenanceOff],
  },
};

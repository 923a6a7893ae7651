import type { Action } from "../../actions/action";
import { wait } from "../../actions/action";
import { deleteAddress, maintenance, maintenanceOff } from "../../actions/cluster";
import { killPostmaster } from "../../actions/processes";
import type { Fault } from "../fault";
import { inMaintenance } from "../tellings";

/** Nothing is done about any failure until it is switched off. */
const inVain = (name: string, title: string, failure: Action): Fault => ({
  number: "33b",
  name,
  group: "fencing",
  title,
  where: "anywhere",
  does: [maintenance, wait(5), failure],
  expect: {
    serves: "active",
    staysDown: 60,
    shows: [{ says: "maintenance mode is on", problem: /maintenance mode is on/, within: 30 }],
    tells: [inMaintenance],
    completes: [maintenanceOff],
  },
});

export const maintenanceMode: readonly Fault[] = [
  inVain("maintenance-mode", "the postmaster is killed in maintenance mode", killPostmaster("active")),
  inVain("maintenance-address", "the database's address is deleted in maintenance mode", deleteAddress("active")),
];

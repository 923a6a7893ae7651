import { diskErrors, layerBelowDrbd, layerTools } from "../../actions/layer";
import type { Fault } from "../fault";
import { ONCE_AT_MOST } from "../fault";
import { diskLost, LONG_ENOUGH_TO_TELL } from "../tellings";

/**
 * DRBD detaches it, and no write fails: what the disk refuses is read and written over the network. The list of faults has the node go on serving so. Ours moves:
 * DRBD's agent gives a Primary without a disk 10 and the other node 10000, which is right, as the next fault of the network would take the service down, and its
 * disk is the only one that is good.
 */
export const activeDiskErrors: Fault = {
  number: "24",
  name: "active-disk-errors",
  group: "storage",
  title: "the active node's disk answers every request with an error",
  where: "lab",
  needs: { on: "active", script: layerTools("error") },
  does: [layerBelowDrbd("active"), diskErrors("active")],
  expect: {
    serves: "standby",
    promotions: ONCE_AT_MOST,
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: "that disk is Diskless", problem: /Diskless/, of: "active", within: 60 }],
    tells: [diskLost],
  },
};

import { diskErrors, layerBelowDrbd, layerTools } from "../../actions/layer";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";
import { diskLost, LONG_ENOUGH_TO_TELL } from "../tellings";

/** DRBD detaches it; the service does not notice. */
export const standbyDiskErrors: Fault = {
  number: "25",
  name: "standby-disk-errors",
  group: "storage",
  title: "the standby node's disk answers every request with an error",
  where: "lab",
  needs: { on: "standby", script: layerTools("error") },
  does: [layerBelowDrbd("standby"), diskErrors("standby")],
  expect: {
    serves: "active",
    gapWithin: UNDISTURBED,
    refusesNothing: true,
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: "that disk is Diskless", problem: /Diskless/, of: "standby", within: 60 }],
    tells: [diskLost],
  },
};

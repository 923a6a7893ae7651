import { diskDelay, layerBelowDrbd, layerTools } from "../../actions/layer";
import type { Fault } from "../fault";

/** Every commit waits for both disks: writes slow down, and nobody is fenced. */
export const standbyDiskSlow: Fault = {
  number: "26",
  name: "standby-disk-slow",
  group: "storage",
  title: "every request to the standby node's disk takes 500 ms longer",
  where: "lab",
  needs: { on: "standby", script: layerTools("delay") },
  does: [layerBelowDrbd("standby"), diskDelay("standby", 500)],
  expect: { serves: "active", slows: 0.5, holds: 60 },
};

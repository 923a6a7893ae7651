import { diskDelay, layerBelowDrbd, layerTools } from "../../actions/layer";
import type { Fault } from "../fault";

/** Every commit waits for both disks: writes slow down, and nobody is fenced. */
export const activeDiskSlow: Fault = {
  number: "27",
  name: "active-disk-slow",
  group: "storage",
  title: "every request to the active node's disk takes 500 ms longer",
  where: "lab",
  needs: { on: "active", script: layerTools("delay") },
  does: [layerBelowDrbd("active"), diskDelay("active", 500)],
  expect: { serves: "active", slows: 0.5, holds: 60 },
};

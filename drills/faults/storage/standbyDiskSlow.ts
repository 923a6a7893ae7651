import { slowDisk } from "../../actions/storage";
import type { Fault } from "../fault";

/** Every commit waits for both disks: writes slow down, and nobody is fenced. */
export const standbyDiskSlow: Fault = {
  number: "26",
  name: "standby-disk-slow",
  group: "storage",
  title: "the standby node's disk is slow",
  where: "lab",
  does: [slowDisk("standby", 8)],
  expect: { serves: "active", holds: 60 },
};

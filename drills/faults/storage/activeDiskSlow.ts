import { slowDisk } from "../../actions/storage";
import type { Fault } from "../fault";

/** Every commit waits for both disks: writes slow down, and nobody is fenced. */
export const activeDiskSlow: Fault = {
  number: "27",
  name: "active-disk-slow",
  group: "storage",
  title: "the active node's disk is slow",
  where: "lab",
  does: [slowDisk("active", 8)],
  expect: { serves: "active", holds: 60 },
};

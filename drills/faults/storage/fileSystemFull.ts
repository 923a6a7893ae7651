import { fillFileSystem } from "../../actions/storage";
import type { Fault } from "../fault";

/** Writes are refused until there is room again; the service must not wander between the nodes. */
export const fileSystemFull: Fault = {
  number: "28",
  name: "file-system-full",
  group: "storage",
  title: "the database's file system is full",
  where: "lab",
  does: [fillFileSystem("active")],
  expect: { serves: "either", fenced: { together: [0, 1] }, holds: 90, gapWithin: 900 },
};

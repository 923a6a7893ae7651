import { untilDiagnosed } from "../../actions/action";
import { fillFileSystem } from "../../actions/storage";
import type { Fault } from "../fault";
import { ONCE_AT_MOST } from "../fault";

/**
 * Writes are refused until there is room again. The server itself goes on, and answers the cluster's monitor, so make status has nothing to say; make doctor has.
 * The service must not wander between the nodes: the other one has the same data, and is as full. It may go once where the server dies of it.
 */
export const fileSystemFull: Fault = {
  number: "28",
  name: "file-system-full",
  group: "storage",
  title: "the database's file system is full",
  where: "lab",
  does: [fillFileSystem("active"), untilDiagnosed(/ is (9[89]|100) % full/, 120, "the file system is full")],
  expect: { serves: "either", promotions: ONCE_AT_MOST, fenced: { together: [0, 1] }, holds: 90, gapWithin: 900 },
};

import { freezeFileSystem } from "../../actions/storage";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeFenced } from "../tellings";

/** Nothing there can be stopped any more: the monitor times out, the stop fails, the node is fenced. */
export const frozenFileSystem: Fault = {
  number: "29",
  name: "frozen-file-system",
  group: "storage",
  title: "the database's file system is frozen",
  where: "lab",
  does: [freezeFileSystem("active")],
  expect: { serves: "standby", fenced: { active: ONCE }, tells: [nodeFenced] },
};

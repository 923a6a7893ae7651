import { unmount } from "../../actions/storage";
import type { Fault } from "../fault";

/** The server keeps its open files, so nothing but a lazy unmount succeeds. No write may be lost, whichever way it is mended. */
export const unmounted: Fault = {
  number: "15b",
  name: "unmounted",
  group: "process",
  title: "the file system is unmounted by hand",
  where: "lab",
  does: [unmount("active")],
  expect: { serves: "either", fenced: { active: [0, 1] } },
};

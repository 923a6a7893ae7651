import { diskGone } from "../../actions/storage";
import type { Fault } from "../fault";
import { diskLost, LONG_ENOUGH_TO_TELL } from "../tellings";

/** The service does not notice. */
export const standbyDiskGone: Fault = {
  number: "25",
  name: "standby-disk-gone",
  group: "storage",
  title: "the standby node's disk dies",
  where: "lab",
  does: [diskGone("standby")],
  expect: {
    serves: "active",
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: "that disk is Diskless", problem: /Diskless/, within: 60 }],
    tells: [diskLost],
  },
};

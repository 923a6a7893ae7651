import { diskGone } from "../../actions/storage";
import type { Fault } from "../fault";
import { diskLost, LONG_ENOUGH_TO_TELL } from "../tellings";

/**
 * DRBD detaches it and goes on over the network, and writes go on. Its agent then gives the node with a disk the higher score, and Pacemaker moves the
 * service there within a monitor's interval. When the disk is there again, it is attached and brought up to date.
 */
export const activeDiskGone: Fault = {
  number: "24",
  name: "active-disk-gone",
  group: "storage",
  title: "the active node's disk dies",
  where: "lab",
  quick: true,
  does: [diskGone("active")],
  expect: {
    serves: "standby",
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: "that disk is Diskless", problem: /Diskless/, within: 60 }],
    tells: [diskLost],
  },
};

import { ringDown } from "../../actions/network";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";
import { LONG_ENOUGH_TO_TELL, ringLost } from "../tellings";

/** One of two rings goes. Nothing may come of it but a word in the status. */
const oneRing = (ring: number): Fault => ({
  number: "16",
  name: `ring-${ring}-down`,
  group: "network",
  title: `ring ${ring} is down`,
  where: "anywhere",
  does: [ringDown("active", ring)],
  expect: {
    serves: "active",
    gapWithin: UNDISTURBED,
    holds: LONG_ENOUGH_TO_TELL,
    shows: [{ says: `ring ${ring} is down`, problem: new RegExp(`ring ${ring} .*is down`), within: 60 }],
    tells: [ringLost(ring)],
  },
});

export const ringsDownOneByOne: readonly Fault[] = [oneRing(0), oneRing(1)];

import type { Fault } from "./fault";
import { REDUNDANT_WITHIN } from "./fault";

/** The power of the active node is cut. The other must fence it, which also brings it back, then promote and serve. */
export const powerCut: Fault = {
  name: "power-cut",
  title: "the active node loses its power",
  victim: "active",
  expect: { service: "moves", fenced: "active", redundantWithin: REDUNDANT_WITHIN },
  inject: (f) => f.power.virsh("destroy", f.active),
};

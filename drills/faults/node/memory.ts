import { eatMemory } from "../../actions/processes";
import type { Fault } from "../fault";

/** It recovers in place or moves, within the bound; which of the two is the kernel's choice of whom to kill. */
export const memory: Fault = {
  number: "8",
  name: "memory",
  group: "node",
  title: "another process on the active node takes all memory for a minute",
  where: "lab",
  does: [eatMemory("active", 60)],
  expect: { serves: "either", fenced: { active: [0, 1] }, holds: 70, blinds: "active" },
};

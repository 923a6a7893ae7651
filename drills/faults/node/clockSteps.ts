import { stepClock } from "../../actions/kernel";
import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";

/** The active node's clock jumps. Membership and fencing go by time since boot, so nothing may come of it. */
const clockStep = (name: string, by: string): Fault => ({
  number: "7",
  name,
  group: "node",
  title: `the active node's clock jumps by ${by}`,
  where: "lab",
  does: [stepClock("active", by)],
  expect: { serves: "active", gapWithin: UNDISTURBED, holds: 60 },
});

export const clockSteps: readonly Fault[] = [
  clockStep("clock-hour-ahead", "+1 hour"),
  clockStep("clock-hour-back", "-1 hour"),
  clockStep("clock-day-ahead", "+24 hours"),
  clockStep("clock-day-back", "-24 hours"),
];

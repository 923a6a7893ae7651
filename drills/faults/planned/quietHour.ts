import type { Fault } from "../fault";
import { UNDISTURBED } from "../fault";

/** Nothing happens. */
export const quietHour: Fault = {
  number: "33",
  name: "quiet-hour",
  group: "planned",
  title: "nothing is done for an hour",
  where: "anywhere",
  does: [],
  expect: { serves: "active", gapWithin: UNDISTURBED, holds: 3600 },
};

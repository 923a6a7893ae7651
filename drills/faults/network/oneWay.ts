import { ringsDownOneWay } from "../../actions/network";
import type { Fault } from "../fault";
import { ONCE } from "../fault";
import { nodeLost } from "../tellings";

/** As with both rings down: half a link is none. */
const halfLink = (name: string, direction: "output" | "input"): Fault => ({
  number: "21",
  name,
  group: "network",
  title: `both rings pass packets in one direction only: the active node ${direction === "output" ? "is not heard" : "hears nothing"}`,
  where: "anywhere",
  does: [ringsDownOneWay("active", direction)],
  expect: { serves: "active", fenced: { standby: ONCE }, tells: [nodeLost] },
});

export const oneWay: readonly Fault[] = [halfLink("one-way", "output"), halfLink("one-way-in", "input")];

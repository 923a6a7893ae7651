import { routerDown } from "../../actions/network";
import type { Fault } from "../fault";

/** The rings are fine, the clients are not: the service moves, and nobody is fenced. */
export const routerIsDown: Fault = {
  number: "23",
  name: "router-down",
  group: "network",
  title: "the active node no longer reaches its router",
  where: "anywhere",
  does: [routerDown("active")],
  expect: { serves: "standby", shows: [{ says: "the node has no pingd", problem: /has no pingd/, within: 180 }] },
};

import { untilSeen } from "../../actions/action";
import { linksUp, routerDown } from "../../actions/network";
import type { Fault } from "../fault";
import { routerLost } from "../tellings";

export const routersDown: readonly Fault[] = [
  /** The rings are fine, the clients are not: the service moves, and nobody is fenced. */
  {
    number: "23",
    name: "router-down",
    group: "network",
    title: "the active node no longer reaches its router",
    where: "anywhere",
    does: [routerDown("active")],
    expect: {
      serves: "standby",
      holds: routerLost.within,
      shows: [{ says: "the node has no pingd", problem: /has no pingd/, within: 180 }],
      tells: [routerLost],
    },
  },
  /** Neither node is better off: the database is promoted nowhere until one of them has its router again, and the alerts say what is missing. */
  {
    number: "23b",
    name: "router-gone",
    group: "network",
    title: "no node reaches its router any more",
    where: "anywhere",
    does: [routerDown("both"), untilSeen(/\b0 nodes are promoted/, 180, "no node is promoted")],
    expect: {
      serves: "either",
      gapWithin: 600,
      staysDown: routerLost.within,
      shows: [{ says: "a node has no pingd", problem: /has no pingd/, within: 180 }],
      tells: [routerLost],
      completes: [linksUp("both")],
    },
  },
];

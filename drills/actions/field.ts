import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import type { Roles } from "../precheck";
import type { Who } from "./action";
import type { Switch } from "./virsh";
import { switchOf } from "./virsh";

/** The pair as it stood when the drill began, and the ways to its nodes. */
export interface Field {
  nodes(who: Who): readonly string[];
  connection(node: string): Connection;
  switch(node: string): Switch;
}

export const fieldOf = (d: Deployment, roles: Roles): Field => ({
  nodes: (who) => (who === "both" ? [roles.active, roles.standby] : [roles[who]]),
  connection: (node) => connectionOf(d, node),
  switch: (node) => switchOf(d, node),
});

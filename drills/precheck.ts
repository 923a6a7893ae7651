import type { Deployment } from "../tools/status/deployment";
import { problems } from "../tools/status/health";
import type { Status } from "../tools/status/read";
import { activeNode, readStatus } from "../tools/status/read";

/** The cluster is not in a state from which a drill says anything. */
export class NotReady extends Error {
  override name = "NotReady";
  constructor(readonly reasons: readonly string[]) {
    super(`the cluster is not ready for a drill:\n${reasons.map((r) => `  ${r}`).join("\n")}`);
  }
}

export interface Roles {
  readonly active: string;
  readonly standby: string;
}

/** Who plays which part. @throws NotReady with every reason against a drill */
export function roles(d: Deployment, s: Status): Roles {
  const found = problems(s).map((p) => p.what);
  const active = activeNode(s);
  const standby = d.nodes.find((n) => n !== active);
  if (active === undefined) found.push("no node runs the database");
  if (found.length > 0 || active === undefined || standby === undefined) throw new NotReady(found);
  return { active, standby };
}

export const precheck = async (d: Deployment): Promise<Roles> => roles(d, await readStatus(d));

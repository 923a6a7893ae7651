import type { ClusterView } from "./crmMon";
import { nodesOf } from "./crmMon";
import type { Deployment } from "./deployment";
import { connectionOf } from "./deployment";
import { layout } from "./ids";
import type { NodeReport, Unreachable } from "./node";
import { readNode } from "./node";

/** The whole cluster at one moment, as all of its nodes see it. */
export interface Status {
  readonly taken: string;
  readonly nodes: Readonly<Record<string, NodeReport | Unreachable>>;
}

/** Reads both nodes at once, one SSH execution each. */
export async function readStatus(d: Deployment): Promise<Status> {
  const reports = await Promise.all(
    d.nodes.map(async (n) => [n, await readNode(connectionOf(d, n), d.address, d.drbdResource)] as const),
  );
  return { taken: new Date().toISOString(), nodes: Object.fromEntries(reports) };
}

/** The view to believe: of a node in a partition with quorum, the designated controller's first. Undefined where no cluster runs. */
export function view(s: Status): ClusterView | undefined {
  const views = Object.entries(s.nodes).flatMap(([name, n]) =>
    n.reachable && n.cluster ? [{ name, cluster: n.cluster }] : [],
  );
  const rank = (v: (typeof views)[number]): number => (v.cluster.dc === v.name ? 2 : 0) + (v.cluster.quorum ? 1 : 0);
  return views.sort((a, b) => rank(b) - rank(a))[0]?.cluster;
}

/** The node where the database runs, as Pacemaker says; undefined when there is none. */
export function activeNode(s: Status): string | undefined {
  const v = view(s);
  return v ? nodesOf(v, layout(v).postgres, "Started")[0] : undefined;
}

import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import type { ClusterView } from "../status/crmMon";
import { nodesOf } from "../status/crmMon";
import { layout } from "../status/ids";
import type { NodeReport } from "../status/node";
import { view } from "../status/read";
import type { Advice } from "./advice";
import { adviceFor } from "./advice";
import type { Details, Reading } from "./reading";

/** A reading with what several rules ask of it. */
export interface Look extends Advice {
  readonly r: Reading;
  /** The view to believe; undefined where no cluster runs. */
  readonly v?: ClusterView;
  /** What the resources are called. */
  readonly ids: Layout;
  /** Nodes that answered, with what they said. */
  readonly reached: readonly (readonly [string, NodeReport])[];
  details(node: string): Details;
  report(node: string): NodeReport | undefined;
  peer(node: string): string;
  /** Pacemaker counts it as a member. */
  online(node: string): boolean;
  /** A member that may run resources, whose own word can be had. */
  serving(node: string): boolean;
  /** Every resource was told to stop; so nothing that does not run is a finding of its own. */
  readonly halted: boolean;
  /** Corosync and Pacemaker run there, by its own word. */
  daemons(node: string): boolean;
  /** Where the database runs, by Pacemaker's word. */
  readonly active?: string;
  /** A node to give Pacemaker's commands to. */
  readonly spokesman: string;
}

export function look(r: Reading): Look {
  const v = view(r.status);
  const reached = r.nodes.flatMap((n): [string, NodeReport][] => {
    const s = r.status.nodes[n];
    return s?.reachable ? [[n, s]] : [];
  });
  const report = (node: string): NodeReport | undefined => reached.find(([n]) => n === node)?.[1];
  const online = (node: string): boolean => v?.nodes.some((n) => n.name === node && n.online) ?? false;
  const standby = (node: string): boolean => v?.nodes.some((n) => n.name === node && n.standby) ?? false;
  const daemons = (node: string): boolean => report(node)?.cluster !== undefined;
  const halted = Object.values(r.details).some((d) => d.configuration?.properties["stop-all-resources"] === "true");
  const candidates = [v?.dc, ...reached.filter(([n]) => daemons(n)).map(([n]) => n), reached[0]?.[0], r.nodes[0]];
  const ids = layout(v);
  const active = v ? nodesOf(v, ids.postgres, "Started")[0] : undefined;
  return {
    r,
    ...(v ? { v } : {}),
    ids,
    reached,
    details: (node) => r.details[node]?.details ?? {},
    report,
    peer: (node) => r.nodes.find((n) => n !== node) ?? node,
    online,
    halted,
    serving: (node) => !halted && online(node) && !standby(node) && daemons(node),
    daemons,
    ...(active === undefined ? {} : { active }),
    spokesman:
      candidates.find((n): n is string => n !== undefined && report(n) !== undefined) ?? (r.nodes[0] as string),
    ...adviceFor(r.stack),
  };
}

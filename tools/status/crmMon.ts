import type { ClusterStatus } from "@qvd-ha/providers/dist/pacemaker/status";
import { parseStatus } from "@qvd-ha/providers/dist/pacemaker/status";
import type { Xml } from "@qvd-ha/providers/dist/pacemaker/xml";
import { child, childrenOf, parseXml } from "@qvd-ha/providers/dist/pacemaker/xml";

export interface FailCount {
  readonly resource: string;
  readonly node: string;
  /** Pacemaker's own: a number or INFINITY. */
  readonly count: string;
  /** When it failed last, by the clock of that node. */
  readonly last?: string;
}

export interface FenceEvent {
  readonly action: string;
  readonly target: string;
  /** `success`, `failed` or `pending`. */
  readonly status: string;
  /** The node that did it, or was asked to. */
  readonly by: string;
  readonly completed: string;
  /** Why it failed, in the words of the device or of Pacemaker. */
  readonly reason?: string;
}

/** The cluster as Pacemaker on one node sees it: what the providers read of it, and what only a person wants to see. */
export interface ClusterView extends ClusterStatus {
  readonly maintenance: boolean;
  readonly fencingEnabled: boolean;
  /** Nodes whose state is not known and that have to be fenced. */
  readonly unclean: readonly string[];
  /** Transient node attributes by node, as `pingd`. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly failCounts: readonly FailCount[];
  /** Newest first, as Pacemaker keeps it. */
  readonly fencing: readonly FenceEvent[];
}

const yes = (x: Xml | undefined, name: string): boolean => x?.attrs[name] === "true";

function attributes(root: Xml): Record<string, Record<string, string>> {
  const ofNode = (n: Xml): Record<string, string> =>
    Object.fromEntries(childrenOf(n, "attribute").map((a) => [a.attrs["name"] ?? "", a.attrs["value"] ?? ""]));
  const nodes = childrenOf(child(root, "node_attributes"), "node");
  return Object.fromEntries(nodes.map((n) => [n.attrs["name"] ?? "", ofNode(n)]));
}

function failCounts(root: Xml): FailCount[] {
  return childrenOf(child(root, "node_history"), "node").flatMap((n) =>
    childrenOf(n, "resource_history")
      .filter((r) => (r.attrs["fail-count"] ?? "0") !== "0")
      .map((r) => ({
        resource: r.attrs["id"] ?? "",
        node: n.attrs["name"] ?? "",
        count: r.attrs["fail-count"] ?? "",
        ...(r.attrs["last-failure"] ? { last: r.attrs["last-failure"] } : {}),
      })),
  );
}

const fenceEvent = ({ attrs }: Xml): FenceEvent => ({
  action: attrs["action"] ?? "",
  target: attrs["target"] ?? "",
  status: attrs["status"] ?? "",
  by: attrs["delegate"] ?? attrs["origin"] ?? "",
  completed: attrs["completed"] ?? "",
  ...(attrs["exit-reason"] ? { reason: attrs["exit-reason"] } : {}),
});

/** Reads `crm_mon --output-as=xml` with all its sections. Undefined where no cluster runs. @throws Error when it is something else */
export function parseCrmMon(text: string): ClusterView | undefined {
  const status = parseStatus(text);
  if (!status) return undefined;
  const root = parseXml(text);
  const options = child(child(root, "summary"), "cluster_options");
  return {
    ...status,
    maintenance: yes(options, "maintenance-mode"),
    fencingEnabled: yes(options, "stonith-enabled") || yes(options, "fencing-enabled"),
    unclean: childrenOf(child(root, "nodes"), "node")
      .filter((n) => yes(n, "unclean"))
      .map((n) => n.attrs["name"] ?? ""),
    attributes: attributes(root),
    failCounts: failCounts(root),
    fencing: childrenOf(child(root, "fence_history"), "fence_event").map(fenceEvent),
  };
}

/** Nodes on which a resource is active; with a role, in that role. */
export const nodesOf = (v: ClusterStatus, id: string, role?: string): string[] =>
  v.resources.filter((r) => r.id === id && (role ? r.role === role : r.active)).flatMap((r) => [...r.nodes]);

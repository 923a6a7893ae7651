import type { Xml } from "./xml";
import { child, childrenOf, decode, parseXml } from "./xml";

/** One resource, or one instance of a clone, as the cluster sees it. */
export interface ResourceStatus {
  readonly id: string;
  readonly agent: string;
  readonly role: string;
  readonly active: boolean;
  readonly failed: boolean;
  readonly blocked: boolean;
  /** What its operator wants it to be, as in Stopped. Undefined: nothing was said. */
  readonly targetRole?: string;
  /** What is being done to it right now, as in Starting. Undefined: nothing, or that it is looked at (Monitoring). */
  readonly pending?: string;
  readonly nodes: readonly string[];
}

/** An operation that did not end as it should, and has not been cleaned up. */
export interface Failure {
  readonly resource: string;
  readonly operation: string;
  readonly node: string;
  readonly status: string;
  readonly reason: string;
  /** When, by the clock of that node, as Pacemaker prints it. */
  readonly at?: string;
}

export interface NodeStatus {
  readonly name: string;
  readonly online: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
}

export interface ClusterStatus {
  /** Of Pacemaker, as in 2.1.5. */
  readonly version: string;
  readonly quorum: boolean;
  readonly dc?: string;
  readonly nodes: readonly NodeStatus[];
  readonly resources: readonly ResourceStatus[];
  readonly failures: readonly Failure[];
}

/** A first recurring monitor is on its way: nothing is being done to the resource by that. */
const LOOKED_AT = new Set([undefined, "", "Monitoring"]);
/** Roles that are none yet, or none any more. Pacemaker 2.1 says so by the role alone; its attribute `pending` only tells of monitors. */
const ON_ITS_WAY = new Set(["Starting", "Stopping", "Promoting", "Demoting", "Migrating"]);

const yes = (x: Xml, attr: string): boolean => x.attrs[attr] === "true";

function resource(x: Xml): ResourceStatus {
  const role = x.attrs["role"] ?? "";
  const pending = ON_ITS_WAY.has(role) ? role : x.attrs["pending"];
  const targetRole = x.attrs["target_role"];
  return {
    id: (x.attrs["id"] ?? "").replace(/:\d+$/, ""),
    agent: x.attrs["resource_agent"] ?? "",
    role,
    active: yes(x, "active"),
    failed: yes(x, "failed"),
    blocked: yes(x, "blocked"),
    ...(pending === undefined || LOOKED_AT.has(pending) ? {} : { pending }),
    ...(targetRole === undefined ? {} : { targetRole }),
    nodes: childrenOf(x, "node").map((n) => n.attrs["name"] ?? ""),
  };
}

const all = (x: Xml): Xml[] => x.children.flatMap((c) => (c.name === "resource" ? [c] : all(c)));

/** An operation's key is resource_operation_interval; the resource's own name may have underscores. */
const KEY = /^(.+?)(?::\d+)?_([a-z-]+)_(\d+)$/;

function failure(x: Xml): Failure {
  const [, id, operation] = KEY.exec(x.attrs["op_key"] ?? x.attrs["id"] ?? "") ?? [];
  return {
    resource: id ?? x.attrs["op_key"] ?? x.attrs["id"] ?? "",
    operation: operation ?? x.attrs["task"] ?? "",
    node: x.attrs["node"] ?? "",
    status: `${x.attrs["exitstatus"] ?? ""} (${x.attrs["exitcode"] ?? ""}, ${x.attrs["status"] ?? ""})`,
    // Pacemaker 2.1 escapes it twice.
    reason: decode(x.attrs["exitreason"] ?? ""),
    ...(x.attrs["last-rc-change"] ? { at: x.attrs["last-rc-change"] } : {}),
  };
}

/** Reads what `crm_mon --output-as=xml` says. Undefined where no cluster runs. @throws Error when it is something else */
export function parseStatus(text: string): ClusterStatus | undefined {
  if (text.trim() === "") return undefined;
  const root = parseXml(text);
  const summary = child(root, "summary");
  const nodes = child(root, "nodes");
  if (!summary || !nodes) return undefined;
  const dc = child(summary, "current_dc");
  return {
    version: dc?.attrs["version"] ?? "",
    quorum: dc !== undefined && yes(dc, "with_quorum"),
    ...(dc?.attrs["name"] ? { dc: dc.attrs["name"] } : {}),
    nodes: childrenOf(nodes, "node").map((n) => ({
      name: n.attrs["name"] ?? "",
      online: yes(n, "online"),
      standby: yes(n, "standby") || yes(n, "standby_onfail"),
      maintenance: yes(n, "maintenance"),
    })),
    resources: all(child(root, "resources") ?? { name: "", attrs: {}, children: [] }).map(resource),
    failures: childrenOf(child(root, "failures"), "failure").map(failure),
  };
}

export const isFencing = (r: ResourceStatus): boolean => r.agent.startsWith("stonith:");

/** Ids of what runs, fence devices aside. */
export const running = (s: ClusterStatus): string[] => [
  ...new Set(s.resources.filter((r) => r.active && !isFencing(r)).map((r) => r.id)),
];

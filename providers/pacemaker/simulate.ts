import type { Xml } from "./xml";
import { child, parseXml } from "./xml";

/** One thing that Pacemaker would do, in its own words. */
export interface PredictedAction {
  /** As in start, stop, restart, recover, promote, demote, move; or `Fence (reboot)`. */
  readonly action: string;
  /** A resource's id, without an instance number; or the node that is fenced. */
  readonly target: string;
  /** Where it runs before, and after, as far as it does. */
  readonly from?: string;
  readonly to?: string;
  readonly role?: string;
  readonly nextRole?: string;
  readonly reason?: string;
  /** Wanted, but something it waits for cannot be done: it does not happen. */
  readonly blocked?: true;
}

/** What happens, in the order of execution. */
export interface Executed {
  /** As in start, stop, promote, demote, notify, monitor; or `fence`. */
  readonly operation: string;
  readonly target: string;
  readonly node: string;
}

export interface Simulation {
  readonly actions: readonly PredictedAction[];
  /** Probes and stops that fencing implies are left out. Empty unless it was simulated to the end. */
  readonly executed: readonly Executed[];
}

const plain = (id: string | undefined): string => (id ?? "").replace(/:\d+$/, "");

function predicted({ name, attrs: a }: Xml): PredictedAction {
  if (name === "node_action")
    return { action: a["task"] ?? "", target: a["node"] ?? "", ...(a["reason"] ? { reason: a["reason"] } : {}) };
  const action = a["action"] ?? "";
  const from = a["source"] ?? (action === "start" ? undefined : a["node"]);
  const to = a["dest"] ?? (action === "stop" ? undefined : (a["node"] ?? a["source"]));
  const optional = { from, to, role: a["role"], nextRole: a["next-role"], reason: a["reason"] };
  const given = Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== undefined));
  const blocked = a["blocked"] === "true" ? { blocked: true as const } : {};
  return { action, target: plain(a["resource"]), ...given, ...blocked };
}

function executed({ name, attrs: a }: Xml): Executed[] {
  if (name === "fencing_action") return [{ operation: "fence", target: a["target"] ?? "", node: a["target"] ?? "" }];
  const probe = a["op"] === "monitor" && a["interval"] === undefined;
  if (name !== "rsc_action" || probe) return [];
  return [{ operation: a["op"] ?? "", target: plain(a["resource"]), node: a["node"] ?? "" }];
}

/** Reads `crm_simulate --simulate --output-as=xml`. @throws Error when it is not that */
export function parseSimulation(xml: string): Simulation {
  const root = parseXml(xml);
  if (root.name !== "pacemaker-result") throw new Error(`expected a simulation, got <${root.name}>`);
  const actions = child(root, "actions");
  // An empty list means nothing to do; none at all that the decision is missing, as after an injected event in 3.0.0.
  if (!actions) throw new Error("a simulation with no decision in it");
  return {
    actions: actions.children.map(predicted),
    executed: (child(root, "transition")?.children ?? []).flatMap(executed),
  };
}

/** One line a person understands, as in "move p_postgres from qvddb1 to qvddb2: node availability". */
export function describe(a: PredictedAction): string {
  const moved = a.from !== undefined && a.to !== undefined && a.from !== a.to;
  const at = a.to ?? a.from;
  const place = moved ? ` from ${a.from} to ${a.to}` : at === undefined ? "" : ` on ${at}`;
  const reason = a.reason === undefined ? "" : `: ${a.reason}`;
  return `${a.action} ${a.target}${place}${reason}${a.blocked ? " (blocked)" : ""}`;
}

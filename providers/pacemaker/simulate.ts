import { child, childrenOf, parseXml } from "./xml";

/** One thing that Pacemaker would do. */
export interface PredictedAction {
  /** In its own words: Start, Stop, Restart, Promote, Demote, Move, Recover, Leave; or Fence. */
  readonly action: string;
  /** Of a resource, or the node that is fenced. */
  readonly target: string;
  /** Where it runs before and after, as far as it does. */
  readonly from?: string;
  readonly to?: string;
  readonly fromRole?: string;
  readonly toRole?: string;
  readonly reason?: string;
}

/** One operation of the transition, in the order of execution. */
export interface ExecutedOperation {
  readonly resource: string;
  readonly operation: string;
  readonly node: string;
}

export interface Simulation {
  readonly actions: readonly PredictedAction[];
  /** Probes left out. Empty unless it was simulated to the end. */
  readonly executed: readonly ExecutedOperation[];
}

const ACTIONS: Readonly<Record<string, string>> = {
  start: "Start",
  stop: "Stop",
  promote: "Promote",
  demote: "Demote",
};

/** Reads `crm_simulate --simulate --output-as=xml`. @throws Error when it is not that */
export function parseSimulation(xml: string): Simulation {
  const root = parseXml(xml);
  const given = (o: Record<string, string | undefined>): object =>
    Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
  const actions = (child(root, "actions")?.children ?? []).map(({ name, attrs: a }) => {
    if (name === "node_action") return { action: "Fence", target: a["node"] ?? "", ...given({ reason: a["reason"] }) };
    const action = a["action"] ?? "";
    return {
      action: ACTIONS[action] ?? action,
      target: a["resource"] ?? "",
      ...given({
        from: a["source"] ?? (action === "Start" ? undefined : a["node"]),
        to: a["dest"] ?? (action === "Stop" ? undefined : a["node"]),
        fromRole: a["orig-role"] ?? a["role"],
        toRole: a["next-role"],
        reason: a["reason"],
      }),
    };
  });
  const executed = childrenOf(child(root, "transition"), "rsc_action")
    .filter(({ attrs: a }) => a["op"] !== undefined && !(a["op"] === "monitor" && a["interval"] === undefined))
    .map(({ attrs: a }) => ({ resource: a["resource"] ?? "", operation: a["op"] ?? "", node: a["node"] ?? "" }));
  return { actions: actions as PredictedAction[], executed };
}

import type { ClusterStatus } from "../status";
import type { StartedSpec } from "./spec";

/** Whether the resource is as expected; the same judgement as the loop in `wait.ts`, which must be cheap where it runs. */
export function reached(spec: Pick<StartedSpec, "resource" | "expected">, status: ClusterStatus): boolean {
  const instances = status.resources.filter(
    (r) => r.id === spec.resource && r.active && !r.failed && r.pending === undefined,
  );
  switch (spec.expected) {
    case "promoted":
      return instances.some((r) => r.role === "Promoted" || r.role === "Master");
    case "running-on-all": {
      const up = status.nodes.filter((n) => n.online && !n.standby && !n.maintenance).length;
      return up > 0 && instances.length >= up;
    }
    default:
      return instances.length > 0;
  }
}

/** Whether its operator has stopped or demoted it: then nobody awaits it, as it is not for us to start. */
export const held = (spec: Pick<StartedSpec, "resource" | "expected">, status: ClusterStatus): boolean =>
  status.resources.some(
    (r) =>
      r.id === spec.resource &&
      (r.targetRole === "Stopped" ||
        (spec.expected === "promoted" && ["Slave", "Unpromoted"].includes(r.targetRole ?? ""))),
  );

/** Nodes where an instance is active. */
export const places = (resource: string, status: ClusterStatus): string[] =>
  status.resources.filter((r) => r.id === resource && r.active).flatMap((r) => r.nodes);

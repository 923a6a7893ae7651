import { covers, watchdogSeconds } from "@qvd-ha/providers/dist/pacemaker/fencing";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import { configurationOf } from "../cluster";
import type { Resource, ResourcePolicy } from "../policy";
import { CONFIGURATION, keys, known, REPLICATION } from "../resource";

/** The fence devices that are not stopped, with what each can fence. */
const devicesOf = (c: Configuration): [id: string, targets: readonly string[] | "any"][] =>
  Object.entries(c.elements)
    .filter(([, e]) => e.kind === "primitive" && e.agent.startsWith("stonith:") && e.meta["target-role"] !== "Stopped")
    .map(([id, e]) => [id, covers(e)]);

const keptFrom = (c: Configuration, device: string, node: string): boolean =>
  Object.values(c.elements).some(
    (e) => e.kind === "location" && e.resource === device && e.node === node && e.score === "-INFINITY",
  );

function ofNode(c: Configuration, node: string): string[] {
  const devices = devicesOf(c).filter(([, targets]) => targets === "any" || targets.includes(node));
  if (devices.length === 0 && watchdogSeconds(c.properties) > 0) return [];
  if (devices.length === 0) return [`no fence device that is not stopped fences ${node}: give the node one`];
  return devices
    .filter(([id, targets]) => targets !== "any" && targets.length === 1 && !keptFrom(c, id, node))
    .map(([id]) => `${id} may run on ${node}, the node that it fences: keep it away by a location with -INFINITY`);
}

function ofCluster(resource: Resource): string[] {
  const c = configurationOf(resource);
  const off = (c.properties["stonith-enabled"] ?? "true") !== "true";
  return [
    ...(off ? ["stonith-enabled is off: a node that does not answer would be taken for dead while it writes"] : []),
    ...keys(resource, "connections").flatMap((node) => ofNode(c, node)),
  ];
}

function ofReplication(resource: Resource): string[] {
  const fencing = known(resource, "fencing") ?? "resource-and-stonith";
  return fencing === "resource-and-stonith"
    ? []
    : [`DRBD's fencing is ${String(fencing)}: only resource-and-stonith freezes writes until the peer is surely gone`];
}

export const fencing: ResourcePolicy = {
  name: "fencing",
  description: "Fencing is on, every node has a device that fences it from elsewhere, and DRBD waits for it.",
  types: [CONFIGURATION, REPLICATION],
  judge: (resource) => (resource.type === REPLICATION ? ofReplication(resource) : ofCluster(resource)),
};

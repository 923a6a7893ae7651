import type { Configuration, Element } from "@qvd-ha/providers/dist/pacemaker/spec";
import { configurationOf } from "../cluster";
import type { Resource, ResourcePolicy } from "../policy";
import { CONFIGURATION, keys, known, REPLICATION } from "../resource";

const fences = (e: Element, node: string): boolean =>
  e.kind === "primitive" &&
  e.agent.startsWith("stonith:") &&
  e.meta["target-role"] !== "Stopped" &&
  (e.params["pcmk_host_list"] ?? "").split(/[\s,;]+/).includes(node);

const keptFrom = (c: Configuration, device: string, node: string): boolean =>
  Object.values(c.elements).some(
    (e) => e.kind === "location" && e.resource === device && e.node === node && e.score === "-INFINITY",
  );

function ofNode(c: Configuration, node: string): string[] {
  const devices = Object.entries(c.elements).filter(([, e]) => fences(e, node));
  if (devices.length === 0) return [`no fence device has ${node} in its pcmk_host_list: give the node one`];
  return devices
    .filter(([id]) => !keptFrom(c, id, node))
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

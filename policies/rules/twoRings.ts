import type { ResourcePolicy } from "../policy";
import { known, MEMBERSHIP } from "../resource";

interface Node {
  readonly ring0?: string;
  readonly ring1?: string;
}

export const twoRings: ResourcePolicy = {
  name: "two-rings",
  description: "Corosync has two links, so that one cable does not take the cluster down.",
  types: [MEMBERSHIP],
  judge: (resource) =>
    Object.entries((known(resource, "nodes") ?? {}) as Record<string, Node>).flatMap(([name, { ring0, ring1 }]) =>
      ring0 !== undefined && ring1 !== undefined && ring0 !== ring1
        ? []
        : [`${name} has one ring: give both nodes a crossover address; corosync.oneRing is no consent here`],
    ),
};

import type { Configuration } from "./spec";

/** The node attribute that a resource of `ocf:pacemaker:ping` keeps, alone or as a clone; undefined for any other. */
export function attributeOf(id: string, c: Configuration): string | undefined {
  const e = c.elements[id];
  const child = e?.kind === "clone" ? c.elements[e.child] : e;
  if (child?.kind !== "primitive" || !/:pingd?$/.test(child.agent)) return undefined;
  return child.params["name"] ?? "pingd";
}

/** Locations whose rules go by the attribute that a resource keeps; those of ping decide where the service may be. */
export function ruled(id: string, c: Configuration): string[] {
  const attribute = attributeOf(id, c);
  if (attribute === undefined) return [];
  return Object.entries(c.elements).flatMap(([location, x]) =>
    x.kind === "location" && x.rules?.some((r) => r.expressions.some((y) => y.attribute === attribute))
      ? [location]
      : [],
  );
}

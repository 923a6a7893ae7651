import type { Configuration } from "./spec";

type Primitive = Extract<Configuration["elements"][string], { kind: "primitive" }>;

interface PromotableClone {
  readonly clone: string;
  readonly primitive: string;
  readonly before: Primitive;
}

interface Promotable extends PromotableClone {
  readonly after: Primitive;
}

/** The promotable clones of a cluster, with their primitive as it is. */
export const promotableClones = (now: Configuration): PromotableClone[] =>
  Object.entries(now.elements).flatMap(([clone, e]) => {
    if (e.kind !== "clone" || e.meta["promotable"] !== "true") return [];
    const before = now.elements[e.child];
    return before?.kind === "primitive" ? [{ clone, primitive: e.child, before }] : [];
  });

/** Those whose primitive stays, as it is and as it is wanted. */
export const promotables = (now: Configuration, wanted: Configuration): Promotable[] =>
  promotableClones(now).flatMap((p) => {
    const after = wanted.elements[p.primitive];
    return after?.kind === "primitive" ? [{ ...p, after }] : [];
  });

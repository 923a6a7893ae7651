import type { Configuration } from "./spec";

type Primitive = Extract<Configuration["elements"][string], { kind: "primitive" }>;

interface Promotable {
  readonly clone: string;
  readonly primitive: string;
  readonly before: Primitive;
  readonly after: Primitive;
}

/** The promotable clones of a cluster whose primitive stays, as it is and as it is wanted. */
export const promotables = (now: Configuration, wanted: Configuration): Promotable[] =>
  Object.entries(now.elements).flatMap(([clone, e]) => {
    if (e.kind !== "clone" || e.meta["promotable"] !== "true") return [];
    const [before, after] = [now.elements[e.child], wanted.elements[e.child]];
    if (before?.kind !== "primitive" || after?.kind !== "primitive") return [];
    return [{ clone, primitive: e.child, before, after }];
  });

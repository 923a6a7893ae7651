import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import type { CorosyncFacts } from "./read";
import { facts, live } from "./read";
import type { Spec } from "./spec";
import { rules, schema } from "./spec";

export type { Spec as CorosyncSpec } from "./spec";

/** Corosync's membership of both nodes, with Pacemaker running on it. */
export const corosync: Kind<Spec, CorosyncFacts> = {
  name: "corosync",
  schema,
  rules,
  id: (spec) => spec.clusterName,
  facts: (spec) => facts(spec),
  live,
  plan,
  remove,
};

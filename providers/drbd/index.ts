import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import type { DrbdFacts } from "./read";
import { facts, live } from "./read";
import type { Spec } from "./spec";
import { deviceOf, rules, schema } from "./spec";

export type { Spec as DrbdSpec } from "./spec";

/** One DRBD resource spanning both nodes, with its file system. */
export const drbd: Kind<Spec, DrbdFacts> = {
  name: "drbd",
  schema,
  rules,
  id: (spec) => spec.resource,
  facts,
  live,
  plan,
  remove,
  outputs: (spec) => ({ device: deviceOf(spec) }),
  outputNames: ["device"],
};

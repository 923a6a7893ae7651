import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { rules, schema } from "./spec";
import type { NodeSpec } from "./spec";

export type { NodeSpec } from "./spec";

export const node: Kind<NodeSpec, ReturnType<typeof facts>> = {
  name: "node",
  schema: schema as Kind<NodeSpec, ReturnType<typeof facts>>["schema"],
  rules,
  id: (spec) => spec.name,
  facts,
  live,
  plan,
  remove,
  patienceSeconds: (spec) => spec.bootTimeoutSeconds,
  // Packages that were just installed bring units and an identity that only a second look shows.
  rounds: 4,
};

import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { rules, schema } from "./spec";
import type { FenceClientSpec } from "./spec";

export type { FenceClientSpec } from "./spec";

export const fenceClient: Kind<FenceClientSpec, ReturnType<typeof facts>> = {
  name: "fence client",
  schema: schema as Kind<FenceClientSpec, ReturnType<typeof facts>>["schema"],
  rules,
  id: (spec) => `${Object.keys(spec.connections).join("+")}:${spec.hypervisors.map((h) => h.name).join("+")}`,
  facts,
  live,
  plan,
  remove,
};

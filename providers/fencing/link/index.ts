import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import type { LinkFacts } from "./read";
import { facts, live } from "./read";
import type { FenceLinkSpec } from "./spec";
import { rules, schema } from "./spec";

export type { FenceLinkSpec } from "./spec";

export const fenceLink: Kind<FenceLinkSpec, LinkFacts> = {
  name: "fence link",
  schema: schema as Kind<FenceLinkSpec, LinkFacts>["schema"],
  rules,
  id: (spec) => `${Object.keys(spec.connections).join("+")}:${spec.hypervisors.map((h) => h.name).join("+")}`,
  facts,
  live,
  plan,
  remove,
};

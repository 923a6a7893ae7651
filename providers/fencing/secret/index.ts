import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { rules, schema } from "./spec";
import type { FenceSecretSpec } from "./spec";

export type { FenceSecretSpec } from "./spec";

export const fenceSecret: Kind<FenceSecretSpec, ReturnType<typeof facts>> = {
  name: "fence secret",
  schema,
  rules,
  id: (spec) => `${Object.keys(spec.connections).join("+")}:${spec.of}`,
  facts,
  live,
  plan,
  remove,
};

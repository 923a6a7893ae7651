import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { rules, schema } from "./spec";
import type { FenceTestSpec } from "./spec";

export type { FenceTestSpec } from "./spec";

/** Its output says which devices answered; a failure names node and device, and what the agent said. */
export const fenceTest: Kind<FenceTestSpec, ReturnType<typeof facts>> = {
  name: "fence test",
  harmless: true,
  schema: schema as Kind<FenceTestSpec, ReturnType<typeof facts>>["schema"],
  rules,
  id: (spec) => spec.tests.map((t) => t.device).join("+"),
  facts,
  live,
  plan,
  remove,
  outputs: (spec) => ({ answered: spec.tests.map((t) => `${t.device}: ${t.node}, asked from ${t.from}`) }),
  outputNames: ["answered"],
};

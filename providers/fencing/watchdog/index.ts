import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import type { WatchdogSpec } from "./spec";
import { rules, schema } from "./spec";

export type { WatchdogSpec } from "./spec";

export const watchdog: Kind<WatchdogSpec, ReturnType<typeof facts>> = {
  name: "watchdog",
  schema: schema as Kind<WatchdogSpec, ReturnType<typeof facts>>["schema"],
  rules,
  id: (spec) => Object.keys(spec.connections).join("+"),
  facts,
  live,
  plan,
  remove,
};

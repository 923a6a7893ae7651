import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import type { PostgresFacts } from "./read";
import { facts, live } from "./read";
import { rules } from "./rules";
import type { PostgresSpec } from "./spec";
import { schema } from "./spec";

export { clientRules } from "./access";
export { agentParams } from "./agent";
export { maxConnections } from "./settings";
export { schema as postgresSchema } from "./spec";
export type { PostgresInput, PostgresSpec } from "./spec";

/** No outputs: which node serves changes without anybody's wish, and would show as drift. */
export const postgres: Kind<PostgresSpec, PostgresFacts> = {
  name: "postgres",
  schema,
  rules,
  id: (s) => s.drbdResource,
  facts: (s) => facts(s),
  live,
  plan,
  remove,
};

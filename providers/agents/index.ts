import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { TEXTS } from "./render";
import type { AgentsSpec } from "./spec";
import { schema } from "./spec";

export type { AgentsSpec } from "./spec";

/** Resource and fence agents of ours. */
export const agents: Kind<AgentsSpec, ReturnType<typeof facts>> = {
  name: "agents",
  schema: schema as Kind<AgentsSpec, ReturnType<typeof facts>>["schema"],
  id: (spec) => `${Object.keys(spec.connections).join("+")}:${spec.agents.join("+")}`,
  programs: (spec) => spec.agents.map((n) => TEXTS[n].text),
  facts,
  live,
  plan,
  remove,
};

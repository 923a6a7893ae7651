import { z } from "zod";
import { connectionsSchema } from "../remote";
import { AGENT_NAMES } from "./render";

/** Agents of ours on the cluster's nodes, where Pacemaker looks for agents. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  /** Order does not matter. */
  agents: z.array(z.enum(AGENT_NAMES)).transform((all) => [...new Set(all)].sort()),
});

export type AgentsSpec = z.infer<typeof schema>;

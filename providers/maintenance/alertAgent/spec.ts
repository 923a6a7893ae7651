import { z } from "zod";
import { connectionsSchema } from "../../remote";

/** The script that Pacemaker calls for every event; it must be on every node before the cluster's configuration names it. */
export const schema = z.strictObject({ connections: connectionsSchema });

export type AlertAgentSpec = z.output<typeof schema>;

import { z } from "zod";
import { connectionsSchema } from "../../remote";

/** Awaits that one primitive of the committed configuration is active. */
export const startedSchema = z.strictObject({
  connections: connectionsSchema,
  /** CIB id of a primitive. */
  resource: z.string().min(1),
  /** CIB id of the clone or group that it is in; for messages. Default: none. */
  within: z.string().optional(),
  /** `started`: active somewhere. `promoted`: promoted somewhere. `running-on-all`: active on every node that is online. Default: started. */
  expected: z.enum(["started", "promoted", "running-on-all"]).default("started"),
  /** Default: 300. */
  timeoutSeconds: z.number().int().min(5).default(300),
  /** Anything that changes with the configuration (a hash): a change of it awaits again. Default: none. */
  configuration: z.string().optional(),
});

export type StartedSpec = z.infer<typeof startedSchema>;

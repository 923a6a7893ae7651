import { z } from "zod";
import { connectionsSchema } from "../../remote";

/**
 * Proof that the watchdog guards every node, before the cluster counts on it: a Pacemaker that is told to wait for a reset and has no sbd stops itself, and
 * one whose peer has none would take a node for dead that still writes. Nothing is reset.
 */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  device: z.string().startsWith("/dev/").default("/dev/watchdog"),
  /** What each node's sbd must have been started with. */
  timeoutSeconds: z.number().int().min(5).max(300),
});

export type WatchdogTestSpec = z.infer<typeof schema>;

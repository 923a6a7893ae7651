import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";

/**
 * Diskless SBD: a watchdog resets the node whose cluster has lost its quorum or stands still. It starts and stops with Corosync, so it has to be there before.
 * Only of use where a third vote decides who has quorum.
 */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  /** Where the distribution's sbd and Pacemaker read their settings. */
  config: z.string().startsWith("/"),
  /** The watchdog. */
  device: z.string().startsWith("/dev/").default("/dev/watchdog"),
  /** Module of the kernel that makes it. None: it is there by itself. */
  module: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "must be a module's name")
    .optional(),
  /** Seconds without a sign of life until the watchdog resets the node. */
  timeoutSeconds: z.number().int().min(5).max(300),
});

export type WatchdogSpec = z.infer<typeof schema>;

export const rules = (spec: WatchdogSpec): Finding[] =>
  Object.keys(spec.connections).length === 2 ? [] : [{ property: "connections", reason: "must have two nodes" }];

import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { METRICS, path, schedule } from "../schemas";

/** A comparison of both disks below DRBD, by a timer, with its result told. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  /** DRBD's name of it. */
  resource: z.string().regex(/^[a-z][a-z0-9_-]*$/, "must be a DRBD resource's name"),
  /** Where the replicated file system is mounted. */
  dataDirectory: path,
  /** Default: the HOWTO's. */
  schedule: schedule.default("Sat 03:00"),
  /** Whether blocks that differ are copied from the active node at once. Default: no; which of the two is right, DRBD does not know. */
  repair: z.boolean().default(false),
  /** Seconds until it counts as hung. Default: 12 hours. */
  timeout: z.number().int().min(60).default(43_200),
  metrics: path.default(METRICS),
});

export type VerifySpec = z.output<typeof schema>;

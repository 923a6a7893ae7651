import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { METRICS, path, resource, schedule } from "../schemas";

/** A comparison of both disks below DRBD, by a timer, with its result told. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  resource,
  /** Where the replicated file system is mounted. */
  dataDirectory: path,
  /** Default: the HOWTO's. */
  schedule: schedule.default("Sat 03:00"),
  /** Whether blocks that differ are copied from the active node at once. Default: no; which of the two is right, DRBD does not know. */
  repair: z.boolean().default(false),
  /** Hours without a verification that came to its end that are too many: then there is an alert. Default: eight days, a week and a day. */
  maximumAge: z.number().int().min(1).default(192),
  /** Seconds until it counts as hung. Default: 12 hours. */
  timeout: z.number().int().min(60).default(43_200),
  metrics: path.default(METRICS),
});

export type VerifySpec = z.output<typeof schema>;

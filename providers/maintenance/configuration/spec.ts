import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { keepSchema, METRICS, path, schedule } from "../schemas";

/** A nightly copy of what the cluster's programs are configured with. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  /** DRBD's name of what says which node is active. */
  resource: z.string().regex(/^[a-z][a-z0-9_-]*$/, "must be a DRBD resource's name"),
  schedule: schedule.default("*-*-* 01:10"),
  /** On the node's own disk. */
  directory: path.default("/var/backups/qvd-ha/configuration"),
  keep: keepSchema.default({ count: 30, days: 90 }),
  metrics: path.default(METRICS),
});

export type ConfigurationBackupSpec = z.output<typeof schema>;

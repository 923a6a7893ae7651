import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { keepSchema, METRICS, path, resource, schedule } from "../schemas";

/** A nightly copy of what the cluster's programs are configured with. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  resource,
  schedule: schedule.default("*-*-* 01:10"),
  /** On the node's own disk. */
  directory: path.default("/var/backups/qvd-ha/configuration"),
  keep: keepSchema.default({ count: 30, days: 90 }),
  metrics: path.default(METRICS),
});

export type ConfigurationBackupSpec = z.output<typeof schema>;

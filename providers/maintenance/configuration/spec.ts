import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { keepSchema, METRICS, path, resource, schedule } from "../schemas";

/** A nightly copy of what the cluster's programs are configured with. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  resource,
  /** Where the replicated file system is mounted: there it is noted when the last one was made. */
  dataDirectory: path,
  schedule: schedule.default("*-*-* 01:10"),
  /** On the node's own disk. */
  directory: path.default("/var/backups/qvd-ha/configuration"),
  /** Hours without a copy that are too many: then there is an alert. */
  maximumAge: z.number().int().min(1).default(26),
  /** Whether it also has the configuration in crm's words, which crmsh must be installed for. */
  crmsh: z.boolean().default(false),
  keep: keepSchema.default({ count: 30, days: 90 }),
  metrics: path.default(METRICS),
});

export type ConfigurationBackupSpec = z.output<typeof schema>;

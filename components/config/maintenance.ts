import { z } from "zod";
import { rsyncSchema, s3Schema } from "@qvd-ha/providers/dist/maintenance/backup/spec";
import { keepSchema, METRICS, path, schedule } from "@qvd-ha/providers/dist/maintenance/schemas";
import { mailSchema } from "@qvd-ha/providers/dist/maintenance/watch/spec";
import { seconds } from "./primitives";

/** Each part has a switch of its own, and all are off: what runs every night on somebody's machines, somebody has wanted. */
const enabled = z.boolean().default(false);

export const maintenanceSchema = z.strictObject({
  /** Both disks compared below DRBD. */
  verify: z
    .strictObject({
      enabled,
      /** As in systemd.time(7). */
      schedule: schedule.default("Sat 03:00"),
      /** Whether blocks that differ are copied from the active node at once. DRBD does not know which of the two is right. */
      repair: z.boolean().default(false),
      /** Seconds until it counts as hung. */
      timeout: seconds.default(43_200),
    })
    .prefault({}),
  /** Dumps of the database. */
  backup: z
    .strictObject({
      enabled,
      schedule: schedule.default("*-*-* 01:30"),
      /** On each node's own disk, not on the replicated one. */
      directory: path.default("/var/backups/qvd-ha/database"),
      /** From 0, none, to 9. */
      compression: z.number().int().min(0).max(9).default(6),
      keep: keepSchema.default({ count: 14, days: 30 }),
      /** Hours without a good one that are too many. */
      maximumAge: z.number().int().min(1).default(26),
      timeout: seconds.default(14_400),
      rsync: rsyncSchema.optional(),
      s3: s3Schema.optional(),
    })
    .prefault({}),
  /** Copies of the cluster's own configuration. */
  configuration: z
    .strictObject({
      enabled,
      schedule: schedule.default("*-*-* 01:10"),
      directory: path.default("/var/backups/qvd-ha/configuration"),
      keep: keepSchema.default({ count: 30, days: 90 }),
    })
    .prefault({}),
  /** Who is told when something is wrong, beside the journal. */
  alerts: z
    .strictObject({
      enabled,
      /** Seconds between two looks; what was seen twice is told. */
      interval: z.number().int().min(5).max(25).default(15),
      syslog: z.boolean().default(true),
      mail: mailSchema.optional(),
      /** Whether messages are posted to the secret `webhookUrl`. */
      webhook: z.boolean().default(false),
    })
    .prefault({}),
  /** Where node_exporter's textfile collector looks. */
  metrics: path.default(METRICS),
});

export type MaintenanceSettings = z.output<typeof maintenanceSchema>;

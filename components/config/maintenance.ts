import { z } from "zod";
import { rsyncSchema, s3Schema } from "@qvd-ha/providers/dist/maintenance/backup/spec";
import { accountSchema, stanzaSchema } from "@qvd-ha/providers/dist/maintenance/pitr/spec";
import { keepSchema, METRICS, path, schedule } from "@qvd-ha/providers/dist/maintenance/schemas";
import { mailSchema } from "@qvd-ha/providers/dist/maintenance/watch/spec";
import { connectionSchema } from "@qvd-ha/providers/dist/remote";
import { address, seconds } from "./primitives";

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
      /** Hours without one that came to its end that are too many. */
      maximumAge: z.number().int().min(1).default(192),
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
  /** Every point in time between backups, on a third host, by pgBackRest. */
  pitr: z
    .strictObject({
      enabled,
      /** The third host. Without it nothing can be kept. */
      repository: z
        .strictObject({
          /** How the program reaches that host, as root; the key is the secret `repositoryPrivateKey`. */
          connection: connectionSchema.omit({ privateKey: true }),
          /** Where the nodes reach its SSH server. Default: the connection's host. */
          address: address.optional(),
          /** Owns the backups there and is made where it is not. Default: `qvdha-` and the stanza. */
          account: accountSchema.optional(),
          /** Home of that account, the backups below it. Default: /var/lib/qvd-ha-repository and the stanza. */
          directory: path.optional(),
        })
        .optional(),
      /** pgBackRest's name of this cluster's backups; another server's data needs another. Default: the cluster's name. */
      stanza: stanzaSchema.optional(),
      schedule: schedule.default("*-*-* 02:30"),
      /** Days after which a backup is a full one again. */
      fullEvery: z.number().int().min(1).default(7),
      /** Full backups that are kept, with all that builds on them and the log from the oldest on. */
      keepFull: z.number().int().min(1).default(2),
      /** Seconds after which a piece of the log is sent, however little is in it. */
      archiveTimeout: z.number().int().min(30).max(3600).default(300),
      checkSchedule: schedule.default("*-*-* *:40"),
      /** Hours without a good backup that are too many. */
      maximumAge: z.number().int().min(1).default(26),
      /** Seconds that a piece of the log may wait to be sent. */
      maximumLag: z.number().int().min(30).default(600),
      timeout: seconds.default(43_200),
      /** Where a restored copy is put while it is looked at, on each node's own disk. */
      scratch: path.default("/var/tmp"),
    })
    .prefault({}),
  /** Copies of the cluster's own configuration. */
  configuration: z
    .strictObject({
      enabled,
      schedule: schedule.default("*-*-* 01:10"),
      directory: path.default("/var/backups/qvd-ha/configuration"),
      /** Hours without one that are too many. */
      maximumAge: z.number().int().min(1).default(26),
      /** Whether it is also copied in crm's words, for which crmsh is installed where the distribution has it. */
      crmsh: z.boolean().default(true),
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

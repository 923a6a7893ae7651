import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";
import { publicKeyOf } from "../../ssh/publicKey";
import { keepSchema, METRICS, path, schedule, serverFields } from "../schemas";

const plain = /^[\x21-\x7e]+$/;

export const rsyncSchema = z.strictObject({
  /** As in `backup@vault.example.org:/srv/qvd`. */
  target: z.string().regex(/^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:\/[A-Za-z0-9._/-]+$/, "must be user@host:/directory"),
  port: z.number().int().min(1).max(65535).default(22),
  /** The host key that it must show, one line: type and base64. */
  hostKey: z.string().regex(/^(ssh-|ecdsa-)\S+ [A-Za-z0-9+/=]+$/, "must be a public host key: type and base64"),
});

export const s3Schema = z.strictObject({
  /** Bucket, and directories below it. */
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "must be a bucket's name, with directories if any"),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[A-Za-z0-9.:/-]+$/, "must be a URL of http or https")
    .optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, "must be a region's name")
    .optional(),
  /** As rclone calls the kind of store: AWS, Minio, Ceph, Other. */
  provider: z
    .string()
    .regex(/^[A-Za-z0-9]+$/)
    .default("Other"),
});

/** Dumps of the database by a timer, on the node that is active, kept on its own disk and sent on where that is wanted. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  ...serverFields,
  encoding: z
    .string()
    .regex(/^[A-Za-z0-9_]+$/)
    .default("UTF8"),
  locale: z
    .string()
    .regex(/^[A-Za-z0-9_.@-]+$/)
    .default("C.UTF-8"),
  schedule: schedule.default("*-*-* 01:30"),
  /** Not on the replicated disk, which would lose both at once. */
  directory: path.default("/var/backups/qvd-ha/database"),
  /** From 0, none, to 9. */
  compression: z.number().int().min(0).max(9).default(6),
  keep: keepSchema.default({ count: 14, days: 30 }),
  /** Hours without a good backup that are too many: then there is an alert. */
  maximumAge: z.number().int().min(1).default(26),
  /** Seconds until it counts as hung. */
  timeout: z.number().int().min(60).default(14_400),
  metrics: path.default(METRICS),
  rsync: rsyncSchema.optional(),
  /** Private SSH key for `rsync`, OpenSSH's format. Secret. */
  rsyncPrivateKey: z.string().optional(),
  s3: s3Schema.optional(),
  /** Secret, both. */
  s3AccessKey: z.string().regex(plain, "must be printable characters without blanks").optional(),
  s3SecretKey: z.string().regex(plain, "must be printable characters without blanks").optional(),
});

export type BackupSpec = z.output<typeof schema>;

/** The nightly job is too late to find out. */
function unusable(rsyncPrivateKey: string | undefined): Finding[] {
  if (rsyncPrivateKey === undefined) return [];
  try {
    publicKeyOf(rsyncPrivateKey);
    return [];
  } catch (e) {
    const reason = `is ${(e as Error).message}: pulumi config set --secret backupPrivateKey <file`;
    return [{ property: "rsyncPrivateKey", reason }];
  }
}

export function rules(spec: BackupSpec): Finding[] {
  const missing = (property: keyof BackupSpec, wanted: boolean, why: string): Finding[] =>
    wanted && spec[property] === undefined ? [{ property, reason: `is missing: ${why}` }] : [];
  const inside = `${spec.directory}/`.startsWith(`${spec.dataDirectory}/`);
  return [
    ...(inside
      ? [
          {
            property: "directory",
            reason: `${spec.directory} is on the replicated disk itself: one fault would take both. Choose one outside ${spec.dataDirectory}`,
          },
        ]
      : []),
    ...missing("rsyncPrivateKey", spec.rsync !== undefined, "rsync logs in with it"),
    ...unusable(spec.rsyncPrivateKey),
    ...missing("s3AccessKey", spec.s3 !== undefined, "the bucket is written with it"),
    ...missing("s3SecretKey", spec.s3 !== undefined, "the bucket is written with it"),
  ];
}

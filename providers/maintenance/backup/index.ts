import { jobKind } from "../jobs/jobKind";
import { CONF, files, KEY, RCLONE, SERVICE, TIMER } from "./render";
import { rules, schema } from "./spec";
import type { BackupSpec } from "./spec";

export type { BackupSpec } from "./spec";

export const backup = jobKind<BackupSpec>({
  name: "backup",
  schema: schema as never,
  rules,
  files,
  conf: CONF,
  units: [TIMER],
  jobs: [SERVICE],
  secrets: { rsyncPrivateKey: KEY, s3AccessKey: RCLONE, s3SecretKey: RCLONE },
});

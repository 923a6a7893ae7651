import { jobKind } from "../jobs/jobKind";
import { CONF, files, SERVICE, TIMER } from "./render";
import { schema } from "./spec";
import type { ConfigurationBackupSpec } from "./spec";

export type { ConfigurationBackupSpec } from "./spec";

export const configurationBackup = jobKind<ConfigurationBackupSpec>({
  name: "configuration backup",
  schema: schema as never,
  files,
  conf: CONF,
  units: [TIMER],
  jobs: [SERVICE],
});

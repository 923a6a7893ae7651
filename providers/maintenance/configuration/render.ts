import type { ManagedFile } from "../jobs/files";
import { timedFiles } from "../jobs/timed";
import { confPath } from "../jobs/unit";
import type { ConfigurationBackupSpec } from "./spec";

export const CONF = confPath("configuration");
export const TIMER = "qvd-ha-configuration.timer";
export const SERVICE = "qvd-ha-configuration.service";

/** crmsh alone may take half of it. */
const TIMEOUT_SECONDS = 900;

export function files(spec: ConfigurationBackupSpec): ManagedFile[] {
  const { connections: _connections, ...settings } = spec;
  return timedFiles({
    name: "configuration",
    script: "backup-configuration",
    settings,
    description: "Backup of the cluster's configuration",
    timeoutSeconds: TIMEOUT_SECONDS,
    schedule: spec.schedule,
    persistent: true,
  });
}

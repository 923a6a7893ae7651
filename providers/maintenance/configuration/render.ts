import { renderConf } from "../jobs/conf";
import type { ManagedFile } from "../jobs/files";
import { renderScript } from "../jobs/script";
import { confPath, renderJob, renderTimer, scriptPath, unitPath } from "../jobs/unit";
import type { ConfigurationBackupSpec } from "./spec";

export const CONF = confPath("configuration");
export const TIMER = "qvd-ha-configuration.timer";
export const SERVICE = "qvd-ha-configuration.service";

const TIMEOUT_SECONDS = 600;

export function files(spec: ConfigurationBackupSpec): ManagedFile[] {
  const { connections: _connections, ...settings } = spec;
  const description = "Backup of the cluster's configuration";
  const script = scriptPath("backup-configuration");
  return [
    { path: script, mode: "755", content: renderScript("configuration") },
    { path: CONF, mode: "644", content: renderConf(settings) },
    {
      path: unitPath(SERVICE),
      mode: "644",
      content: renderJob({ description, script, timeoutSeconds: TIMEOUT_SECONDS }),
    },
    {
      path: unitPath(TIMER),
      mode: "644",
      content: renderTimer({ description, schedule: spec.schedule, persistent: true }),
    },
  ];
}

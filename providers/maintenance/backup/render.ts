import { HEAD } from "../jobs/head";
import { Secret } from "../../remote";
import { keyText } from "../../ssh/keyText";
import type { ManagedFile } from "../jobs/files";
import { renderScript } from "../jobs/script";
import { renderKnownHosts, renderSshConfig } from "../jobs/sshClient";
import type { SshTarget } from "../jobs/sshClient";
import { timedFiles } from "../jobs/timed";
import { confPath, scriptPath } from "../jobs/unit";
import type { BackupSpec } from "./spec";

export const CONF = confPath("backup");
export const TIMER = "qvd-ha-backup.timer";
export const SERVICE = "qvd-ha-backup.service";
export const RESTORE = scriptPath("restore");
export const SSH_CONFIG = "/etc/qvd-ha/backup_ssh_config";
export const KNOWN_HOSTS = "/etc/qvd-ha/backup_known_hosts";
export const KEY = "/etc/qvd-ha/backup_key";
export const RCLONE = "/etc/qvd-ha/backup_rclone.conf";

const hostOf = (target: string): string => target.slice(target.indexOf("@") + 1, target.indexOf(":"));

const targetOf = ({ target, port, hostKey }: NonNullable<BackupSpec["rsync"]>): SshTarget => ({
  host: hostOf(target),
  port,
  hostKey,
});

export function renderRclone({
  s3,
  s3AccessKey = "",
  s3SecretKey = "",
}: Pick<BackupSpec, "s3" | "s3AccessKey" | "s3SecretKey">): string {
  if (!s3) return "";
  const { endpoint, region, provider } = s3;
  return `${HEAD}[qvdha]
type = s3
provider = ${provider}
access_key_id = ${s3AccessKey}
secret_access_key = ${s3SecretKey}
${endpoint === undefined ? "" : `endpoint = ${endpoint}\n`}${region === undefined ? "" : `region = ${region}\n`}acl = private
`;
}

function targets(spec: BackupSpec): ManagedFile[] {
  const { rsync, rsyncPrivateKey = "", s3 } = spec;
  return [
    ...(rsync
      ? [
          { path: KNOWN_HOSTS, mode: "644" as const, content: renderKnownHosts(targetOf(rsync)) },
          {
            path: SSH_CONFIG,
            mode: "644" as const,
            content: renderSshConfig(targetOf(rsync), { knownHosts: KNOWN_HOSTS, key: KEY }),
          },
          { path: KEY, mode: "600" as const, content: new Secret(keyText(rsyncPrivateKey)) },
        ]
      : []),
    ...(s3 ? [{ path: RCLONE, mode: "600" as const, content: new Secret(renderRclone(spec)) }] : []),
  ];
}

export function files(spec: BackupSpec): ManagedFile[] {
  const { connections: _c, rsyncPrivateKey: _k, s3AccessKey: _a, s3SecretKey: _s, ...settings } = spec;
  return [
    ...targets(spec),
    { path: RESTORE, mode: "755", content: renderScript("restore") },
    ...timedFiles({
      name: "backup",
      settings,
      description: `Backup of the database ${spec.database}`,
      timeoutSeconds: spec.timeout,
      schedule: spec.schedule,
      persistent: true,
    }),
  ];
}

import { Secret } from "../../remote";
import { keyText } from "../../ssh/keyText";
import type { ManagedFile } from "../jobs/files";
import { HEAD } from "../jobs/head";
import { renderScript } from "../jobs/script";
import { renderKnownHosts, renderSshConfig } from "../jobs/sshClient";
import { timedFiles } from "../jobs/timed";
import { renderJob, renderTimer, unitPath } from "../jobs/unit";
import {
  CHECK_SERVICE,
  CHECK_TIMER,
  JOB,
  KEY,
  KNOWN_HOSTS,
  PGBACKREST,
  repositoryPaths,
  RESTORE,
  SERVE,
  SSH,
  SSH_CONFIG,
} from "./paths";
import type { PitrSpec } from "./spec";

/** A stop of the server waits for three attempts to send what is left, so a third host that does not answer must be given up soon. */
const PATIENCE = ["ConnectTimeout 5", "ServerAliveInterval 5", "ServerAliveCountMax 2", "ControlPath none"];

const CHECK_SECONDS = 600;

/** pgBackRest's configuration of the nodes. Nothing in it is secret: the passphrase is on the third host alone. */
export function renderPgbackrest(spec: PitrSpec): string {
  const { stanza, account, repository, dataDirectory, port, socketDirectory } = spec;
  return `${HEAD}[global]
repo1-host=${repository.host}
repo1-host-port=${repository.port}
repo1-host-user=${account}
repo1-host-cmd=pgbackrest
repo1-host-config=${repositoryPaths(stanza).pgbackrest}
cmd-ssh=${SSH}
log-level-console=warn
log-level-stderr=off
log-level-file=off

[${stanza}]
pg1-path=${dataDirectory}
pg1-port=${port}
pg1-socket-path=${socketDirectory}
`;
}

/** What postgresql.conf must say for it. */
export const archiveSettings = (stanza: string, archiveTimeout: number): Readonly<Record<string, string>> => ({
  archive_mode: "on",
  archive_command: `pgbackrest --config=${PGBACKREST} --stanza=${stanza} archive-push %p`,
  archive_timeout: String(archiveTimeout),
});

export function files(spec: PitrSpec): ManagedFile[] {
  const { connections: _c, privateKey, ...settings } = spec;
  const ssh = { knownHosts: KNOWN_HOSTS, key: KEY };
  const check = { description: "Check of the archive for a point in time", schedule: spec.checkSchedule };
  return [
    { path: KNOWN_HOSTS, mode: "644", content: renderKnownHosts(spec.repository) },
    { path: SSH_CONFIG, mode: "644", content: renderSshConfig(spec.repository, ssh, PATIENCE) },
    // The server itself sends, so its user must be able to read it.
    { path: KEY, mode: "640", group: spec.osUser, content: new Secret(keyText(privateKey)) },
    { path: PGBACKREST, mode: "644", content: renderPgbackrest(spec) },
    { path: SSH, mode: "755", content: renderScript("pitrssh") },
    { path: SERVE, mode: "755", content: renderScript("pitrserve") },
    { path: RESTORE, mode: "755", content: renderScript("restoretime") },
    {
      path: unitPath(CHECK_SERVICE),
      mode: "644",
      content: renderJob({ ...check, script: `${JOB} check`, timeoutSeconds: CHECK_SECONDS }),
    },
    { path: unitPath(CHECK_TIMER), mode: "644", content: renderTimer({ ...check, persistent: false }) },
    ...timedFiles({
      name: "pitr",
      settings,
      description: `Backup for a point in time of ${spec.database}`,
      timeoutSeconds: spec.timeout,
      schedule: spec.schedule,
      persistent: true,
    }),
  ];
}

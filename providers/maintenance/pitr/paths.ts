import { confPath, scriptPath } from "../jobs/unit";

/** On the cluster's nodes. */
export const CONF = confPath("pitr");
export const PGBACKREST = "/etc/qvd-ha/pgbackrest.conf";
export const SSH_CONFIG = "/etc/qvd-ha/pitr_ssh_config";
export const KNOWN_HOSTS = "/etc/qvd-ha/pitr_known_hosts";
export const KEY = "/etc/qvd-ha/pitr_key";
export const JOB = scriptPath("pitr");
export const SSH = scriptPath("pitr-ssh");
export const SERVE = scriptPath("pitr-serve");
export const RESTORE = scriptPath("restore-time");
export const TIMER = "qvd-ha-pitr.timer";
export const SERVICE = "qvd-ha-pitr.service";
export const CHECK_TIMER = "qvd-ha-pitr-check.timer";
export const CHECK_SERVICE = "qvd-ha-pitr-check.service";

/** On the replicated disk, so that whichever node has it knows: when a backup was made, and where the place for backups was. */
export const notes = (dataDirectory: string) => ({
  made: `${dataDirectory}/.qvd-ha-pitr`,
  prepared: `${dataDirectory}/.qvd-ha-pitr-prepared`,
});

/** On the third host, where several clusters may have theirs: each has its own, by its stanza. */
export const repositoryPaths = (stanza: string) => ({
  conf: confPath(`repository-${stanza}`),
  pgbackrest: `/etc/qvd-ha/repository-${stanza}.pgbackrest`,
  command: scriptPath(`repository-${stanza}`),
  reach: scriptPath(`repository-${stanza}-reach`),
});

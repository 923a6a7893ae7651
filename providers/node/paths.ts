import type { OsFamily } from "../os";

export const HOSTS = "/etc/hosts";
export const RECORD = "/var/lib/qvd-ha/node.json";
export const REPOSITORY = "/etc/apt/sources.list.d/qvd-ha.list";
export const KEYRING = "/etc/apt/keyrings/qvd-ha.asc";
export const NO_CLUSTER = "/etc/postgresql-common/createcluster.d/qvd-ha.conf";

/** Where chrony's settings of ours go: a file of our own where the packaged configuration reads such, else a block within it. */
export const chronyPath = (os: OsFamily): string =>
  os.chrony.confDir === undefined ? os.chrony.config : `${os.chrony.confDir}/qvd-ha.conf`;

import { clusterUnits, corosync, drbdPaths, drbdUnits, pacemakerPaths } from "./common";
import type { OsFamily } from "./family";

/** Needs the High Availability Extension's repositories. */
export const sles15: OsFamily = {
  name: "sles15",
  title: "SUSE Linux Enterprise Server 15",
  proven: false,
  packages: {
    manager: "zypper",
    base: [
      "chrony",
      "corosync",
      "drbd",
      "drbd-kmp-default",
      "drbd-utils",
      "fence-agents",
      "pacemaker",
      "pacemaker-cli",
      "postgresql15-contrib",
      "postgresql15-server",
      "psmisc",
      "resource-agents",
      "xfsprogs",
    ],
    externalLibvirt: ["cluster-glue", "libvirt-client"],
    fencing: { xenapi: [], ipmi: ["ipmitool"], sbd: ["sbd"] },
    qdevice: ["corosync-qdevice", "mozilla-nss-tools"],
    mail: ["mailx", "postfix"],
    maintenance: {
      mailer: ["msmtp", "ca-certificates"],
      webhook: ["curl", "ca-certificates"],
      rsync: ["rsync"],
      s3: ["rclone"],
      pitr: [],
    },
  },
  units: { chrony: "chronyd.service", postgresql: ["postgresql.service"], ...drbdUnits, ...clusterUnits },
  chrony: { config: "/etc/chrony.conf", confDir: "/etc/chrony.d" },
  postgres: {
    version: 15,
    binDir: "/usr/lib/postgresql15/bin",
    psql: "/usr/lib/postgresql15/bin/psql",
    user: "postgres",
    group: "postgres",
    home: "/var/lib/pgsql",
    socketDir: "/run/postgresql",
  },
  drbd: { dialect: "9", ...drbdPaths },
  corosync,
  pacemaker: { dialect: "2.1", ...pacemakerPaths },
  sbdConfig: "/etc/sysconfig/sbd",
  fenceAgents: ["external/libvirt", "fence_ipmilan", "fence_virsh", "fence_xenapi"],
};

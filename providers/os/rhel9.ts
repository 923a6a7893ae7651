import { clusterUnits, corosync, drbdPaths, drbdUnits, pacemakerPaths } from "./common";
import type { OsFamily } from "./family";

/** DRBD is not in the distribution: `drbd9x-utils` and its kernel module come from ELRepo or LINBIT. */
export const rhel9: OsFamily = {
  name: "rhel9",
  title: "Red Hat Enterprise Linux 9",
  proven: false,
  packages: {
    manager: "dnf",
    base: [
      "chrony",
      "corosync",
      "drbd9x-utils",
      "fence-agents-virsh",
      "kmod-drbd9x",
      "pacemaker",
      "pacemaker-cli",
      "postgresql-contrib",
      "postgresql-server",
      "psmisc",
      "resource-agents",
      "xfsprogs",
    ],
    externalLibvirt: [],
    fencing: { xvm: ["fence-virt"], ipmi: ["fence-agents-ipmilan"], sbd: ["sbd"] },
    qdevice: ["corosync-qdevice", "nss-tools"],
    mail: ["s-nail", "postfix"],
    maintenance: {
      mailer: ["msmtp", "ca-certificates"],
      webhook: ["curl", "ca-certificates"],
      rsync: ["rsync"],
      s3: ["rclone"],
      pitr: [],
      crmsh: [],
    },
  },
  units: { chrony: "chronyd.service", postgresql: ["postgresql.service"], ...drbdUnits, ...clusterUnits },
  chrony: { config: "/etc/chrony.conf" },
  postgres: {
    version: 13,
    binDir: "/usr/bin",
    psql: "/usr/bin/psql",
    user: "postgres",
    group: "postgres",
    home: "/var/lib/pgsql",
    socketDir: "/var/run/postgresql",
  },
  drbd: { dialect: "9", ...drbdPaths },
  corosync,
  pacemaker: { dialect: "2.1", ...pacemakerPaths },
  sbdConfig: "/etc/sysconfig/sbd",
  fenceAgents: ["fence_ipmilan", "fence_virsh", "fence_virt", "fence_xvm"],
};

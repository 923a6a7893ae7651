import { clusterUnits, corosync, drbdPaths, drbdUnits, pacemakerPaths } from "./common";
import type { OsFamily } from "./family";

/** What Debian and Ubuntu share: everything but versions and how the agents are cut into packages. */
export function debianLike(own: {
  name: OsFamily["name"];
  title: string;
  proven: boolean;
  postgresVersion: number;
  pacemaker: OsFamily["pacemaker"]["dialect"];
  agentPackages: readonly string[];
  fenceAgents: readonly string[];
  fencingPackages: OsFamily["packages"]["fencing"];
}): OsFamily {
  const version = own.postgresVersion;
  const binDir = `/usr/lib/postgresql/${version}/bin`;
  return {
    name: own.name,
    title: own.title,
    proven: own.proven,
    packages: {
      manager: "apt",
      base: [
        "chrony",
        "corosync",
        "drbd-utils",
        "pacemaker",
        "pacemaker-cli-utils",
        "postgresql",
        // For fuser, without which the Filesystem agent counts as not installed.
        "psmisc",
        "xfsprogs",
        ...own.agentPackages,
      ],
      externalLibvirt: ["cluster-glue", "libvirt-clients"],
      qdevice: ["corosync-qdevice", "libnss3-tools"],
      mail: ["bsd-mailx"],
      fencing: { ...own.fencingPackages, sbd: ["sbd"] },
      maintenance: {
        mailer: ["msmtp", "ca-certificates"],
        webhook: ["curl", "ca-certificates"],
        rsync: ["rsync"],
        s3: ["rclone"],
        pitr: ["pgbackrest"],
        crmsh: ["crmsh"],
      },
    },
    units: {
      chrony: "chrony.service",
      postgresql: ["postgresql.service", `postgresql@${version}-main.service`],
      ...drbdUnits,
      ...clusterUnits,
    },
    chrony: {
      config: "/etc/chrony/chrony.conf",
      confDir: "/etc/chrony/conf.d",
      sourceDir: "/etc/chrony/sources.d",
    },
    postgres: {
      version,
      binDir,
      psql: `${binDir}/psql`,
      user: "postgres",
      group: "postgres",
      home: "/var/lib/postgresql",
      socketDir: "/var/run/postgresql",
      packagedCluster: {
        dataDir: `/var/lib/postgresql/${version}/main`,
        createConf: "/etc/postgresql-common/createcluster.conf",
        startConf: `/etc/postgresql/${version}/main/start.conf`,
      },
    },
    drbd: { dialect: "8.4", ...drbdPaths },
    corosync,
    pacemaker: { dialect: own.pacemaker, ...pacemakerPaths },
    sbdConfig: "/etc/default/sbd",
    fenceAgents: own.fenceAgents,
  };
}

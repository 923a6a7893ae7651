import type { OsFamily } from "./family";

/** Paths that upstream fixed and every distribution kept. */
export const corosync: OsFamily["corosync"] = {
  config: "/etc/corosync/corosync.conf",
  authKey: "/etc/corosync/authkey",
  stateDir: "/var/lib/corosync",
};

export const pacemakerPaths = { stateDir: "/var/lib/pacemaker", authKey: "/etc/pacemaker/authkey" } as const;

export const drbdPaths = {
  configDir: "/etc/drbd.d",
  globalConfig: "/etc/drbd.d/global_common.conf",
  stateDir: "/var/lib/drbd",
} as const;

export const clusterUnits = { corosync: "corosync.service", pacemaker: "pacemaker.service" } as const;

/** Promotion and demotion are Pacemaker's; 9's own unit would take a device down under it at shutdown. */
export const drbdUnits = { drbd: ["drbd.service"], masked: ["drbd-graceful-shutdown.service"] } as const;

import { agents } from "./agents";
import { corosync } from "./corosync";
import { drbd } from "./drbd";
import { fenceAccess, fenceClient, fenceLink, fenceSecret, fenceTest, watchdog, watchdogTest } from "./fencing";
import type { AnyKind } from "./kind";
import { alertAgent, backup, configurationBackup, drbdVerify, pitr, repository, watch } from "./maintenance";
import { node } from "./node";
import { pacemaker, started } from "./pacemaker";
import { postgres } from "./postgres";
import { qdevice } from "./qdevice";

/** Every kind there is, by the name its stub uses. */
export const kinds = {
  corosync,
  drbd,
  pacemaker,
  started,
  postgres,
  qdevice,
  fenceAccess,
  fenceClient,
  fenceSecret,
  fenceLink,
  fenceTest,
  watchdog,
  watchdogTest,
  node,
  agents,
  drbdVerify,
  backup,
  configurationBackup,
  pitr,
  repository,
  alertAgent,
  watch,
} satisfies Record<string, AnyKind>;

export type KindName = keyof typeof kinds;

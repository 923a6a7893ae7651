import { ADDRESS_AGENT } from "./text/address";
import { DRBD_AGENT } from "./text/drbd";
import { FENCE_AGENT } from "./text/fence";
import { FILESYSTEM_AGENT } from "./text/filesystem";
import { POSTGRES_AGENT } from "./text/postgres";

/** By name in the cluster's configuration: where it lies, and what it is. */
export const TEXTS = {
  "ocf:qvd-ha:address": { path: "/usr/lib/ocf/resource.d/qvd-ha/address", text: ADDRESS_AGENT },
  "ocf:qvd-ha:drbd": { path: "/usr/lib/ocf/resource.d/qvd-ha/drbd", text: DRBD_AGENT },
  "ocf:qvd-ha:filesystem": { path: "/usr/lib/ocf/resource.d/qvd-ha/filesystem", text: FILESYSTEM_AGENT },
  "ocf:qvd-ha:postgres": { path: "/usr/lib/ocf/resource.d/qvd-ha/postgres", text: POSTGRES_AGENT },
  "stonith:fence_qvd_ha": { path: "/usr/sbin/fence_qvd_ha", text: FENCE_AGENT },
} as const;

export type AgentName = keyof typeof TEXTS;
export const AGENT_NAMES = Object.keys(TEXTS) as readonly AgentName[];

import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { layoutSeen } from "@qvd-ha/providers/dist/pacemaker/layouts";
import type { ClusterStatus } from "@qvd-ha/providers/dist/pacemaker/status";

/** Ids of the layout that a cluster has by the resources that it tells of; where it does not run, those of the standard one. */
export const layout = (v: ClusterStatus | undefined): Layout => layoutSeen((v?.resources ?? []).map((r) => r.id));

/** Node attribute that the ping clone sets, and that promotion needs. */
export const PING_ATTRIBUTE = "pingd";

/** Node attribute by which DRBD's agent says how good a node is for promotion. */
export const scoreName = (ids: Pick<Layout, "drbd">): string => `master-${ids.drbd}`;

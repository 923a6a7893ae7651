import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterView } from "../../../tools/status/crmMon";
import { parseCrmMon } from "../../../tools/status/crmMon";
import type { DrbdView } from "../../../tools/status/drbd";
import { parseDrbd } from "../../../tools/status/drbd";
import type { NodeReport } from "../../../tools/status/node";
import type { Status } from "../../../tools/status/read";

/**
 * From a real cluster of Debian 12: the DRBD files, and crm_mon while a fenced node returns. The other crm_mon files are what Pacemaker 2.1.5 prints of the HOWTO's configuration after `crm_simulate` played a start, a failed monitor and
 * the loss of a node; so real in form, simulated in history.
 */
export const recorded = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");

export const view = (name: string): ClusterView => parseCrmMon(recorded(`crm_mon.${name}.xml`)) as ClusterView;

export const drbd = (name: string): DrbdView | undefined =>
  parseDrbd(`@minor 0\n${recorded(`proc_drbd.${name}`)}`, "postgres");

const ring = (link: number, address: string): NodeReport["rings"][number] => ({
  link,
  address,
  peers: { "2": "connected" },
});

export const report = (more: Partial<NodeReport> = {}): NodeReport => ({
  reachable: true,
  cluster: view("healthy"),
  drbd: drbd("connected"),
  rings: [ring(0, "172.20.64.91"), ring(1, "192.168.0.91")],
  third: {},
  watchdogs: false,
  address: false,
  configuration: "0.12",
  constraints: [],
  kept: [],
  ...more,
});

export const status = (first: Partial<NodeReport> = {}, second: Partial<NodeReport> = {}): Status => ({
  taken: "2026-01-01T00:00:00Z",
  nodes: { qvddb1: report({ address: true, ...first }), qvddb2: report(second) },
});

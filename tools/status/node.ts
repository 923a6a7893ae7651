import { parseCib, foreignParts } from "@qvd-ha/providers/dist/pacemaker/cib";
import type { Foreign } from "@qvd-ha/providers/dist/pacemaker/owners";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { ClusterView } from "./crmMon";
import { parseCrmMon } from "./crmMon";
import type { DrbdView } from "./drbd";
import { drbdCommand, parseDrbd } from "./drbd";
import type { Ring } from "./rings";
import { parseRings } from "./rings";

/** What one node says of itself and of the cluster. */
export interface NodeReport {
  readonly reachable: true;
  /** Undefined where Pacemaker does not run. */
  readonly cluster?: ClusterView;
  /** Undefined where DRBD is down. */
  readonly drbd?: DrbdView;
  readonly rings: readonly Ring[];
  /** Whether it holds the database's address. */
  readonly address: boolean;
  /** Version of the cluster's configuration; equal on all nodes at rest. */
  readonly configuration?: string;
  /** Ids of location constraints that the running cluster or its operator made. */
  readonly constraints: readonly string[];
  /** All else that they own in the configuration: every `up` leaves it as it is. */
  readonly kept: readonly Foreign[];
}

export interface Unreachable {
  readonly reachable: false;
  readonly why: string;
}

/** What a cluster writes about itself; nobody's decision. */
const CLUSTERS_OWN = ["cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog"];

/** Reads a node in one SSH execution. Never throws: a node that does not answer is a finding. */
export async function readNode(c: Connection, address: string, resource: string): Promise<NodeReport | Unreachable> {
  try {
    const [mon, drbd, rings, ip, cib] = await run(c, [
      {
        script: sh`crm_mon --one-shot --inactive --include=all --output-as=xml 2>/dev/null || true`,
        timeoutSeconds: 30,
      },
      drbdCommand(resource),
      { script: sh`corosync-cfgtool -s 2>/dev/null || true`, timeoutSeconds: 10 },
      { script: sh`ip -4 -o address show to ${address}`, timeoutSeconds: 10 },
      { script: sh`cibadmin --query 2>/dev/null || true`, timeoutSeconds: 30 },
    ]);
    const cluster = parseCrmMon(mon?.stdout ?? "");
    const device = parseDrbd(drbd?.stdout ?? "", resource);
    const known = cib?.stdout.trim() ? parseCib(cib.stdout) : undefined;
    const parts = known ? foreignParts(known) : [];
    return {
      reachable: true,
      ...(cluster ? { cluster } : {}),
      ...(device ? { drbd: device } : {}),
      rings: parseRings(rings?.stdout ?? ""),
      address: (ip?.stdout.trim() ?? "") !== "",
      ...(known ? { configuration: `${known.adminEpoch}.${known.epoch}` } : {}),
      constraints: parts.filter((p) => p.what === "rsc_location").map((p) => p.id),
      kept: parts.filter((p) => p.what !== "rsc_location" && !CLUSTERS_OWN.includes(p.id)),
    };
  } catch (e) {
    return { reachable: false, why: (e as Error).message };
  }
}

import type { Facts, Seen } from "@qvd-ha/providers/dist/fact";
import { foreignParts, readConfiguration } from "@qvd-ha/providers/dist/pacemaker/cib";
import { cib } from "@qvd-ha/providers/dist/pacemaker/facts";
import type { Foreign } from "@qvd-ha/providers/dist/pacemaker/owners";
import type { Answer, Connection } from "@qvd-ha/providers/dist/remote";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { ClusterView } from "./crmMon";
import { parseCrmMon } from "./crmMon";
import type { DrbdView } from "./drbd";
import { drbdCommand, parseDrbd } from "./drbd";
import type { Ring } from "./rings";
import { parseRings } from "./rings";
import type { Third } from "./third";
import { countsOnWatchdogs, thirdFact } from "./third";

/** What one node says of itself and of the cluster. */
export interface NodeReport {
  readonly reachable: true;
  /** Undefined where Pacemaker does not run. */
  readonly cluster?: ClusterView;
  /** Undefined where DRBD is down. */
  readonly drbd?: DrbdView;
  readonly rings: readonly Ring[];
  /** Of the third vote and sbd, by its own word. */
  readonly third: Third;
  /** By the cluster's configuration as it has it: watchdogs stand in for a fence device. */
  readonly watchdogs: boolean;
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

/** What a report is made of: each is one command and its parser. */
export const reportFacts = (address: string, resource: string) =>
  ({
    cluster: {
      command: {
        script: sh`crm_mon --one-shot --inactive --include=all --output-as=xml 2>/dev/null || true`,
        timeoutSeconds: 30,
      },
      parse: ({ stdout }: Answer) => parseCrmMon(stdout),
    },
    drbd: { command: drbdCommand(resource), parse: ({ stdout }: Answer) => parseDrbd(stdout, resource) },
    rings: {
      command: { script: sh`corosync-cfgtool -s 2>/dev/null || true`, timeoutSeconds: 10 },
      parse: ({ stdout }: Answer) => parseRings(stdout),
    },
    third: thirdFact,
    address: {
      command: { script: sh`ip -4 -o address show to ${address}`, timeoutSeconds: 10 },
      parse: ({ stdout }: Answer) => stdout.trim() !== "",
    },
    cib: { ...cib, command: { ...cib.command, timeoutSeconds: 30 } },
  }) satisfies Facts;

export function reportOf(seen: Seen<ReturnType<typeof reportFacts>>): NodeReport {
  const { cluster, drbd, rings, third, address, cib: known } = seen;
  const parts = known ? foreignParts(known) : [];
  return {
    reachable: true,
    ...(cluster ? { cluster } : {}),
    ...(drbd ? { drbd } : {}),
    rings,
    third,
    watchdogs: countsOnWatchdogs(known && readConfiguration(known)),
    address,
    ...(known ? { configuration: `${known.adminEpoch}.${known.epoch}` } : {}),
    constraints: parts.filter((p) => p.what === "rsc_location").map((p) => p.id),
    kept: parts.filter((p) => p.what !== "rsc_location" && !CLUSTERS_OWN.includes(p.id)),
  };
}

/** All facts of a node in one SSH execution. @throws ConnectionError, HostKeyError, and Error naming the fact that could not be understood */
export async function gather<F extends Facts>(c: Connection, facts: F): Promise<Seen<F>> {
  const entries = Object.entries(facts);
  const answers = await run(
    c,
    entries.map(([, f]) => f.command),
  );
  const values = entries.map(([name, f], i) => {
    try {
      return [name, f.parse(answers[i] as Answer)];
    } catch (e) {
      throw new Error(`cannot understand "${name}": ${(e as Error).message}`);
    }
  });
  return Object.fromEntries(values) as Seen<F>;
}

/** Reads a node in one SSH execution. Never throws: a node that does not answer is a finding. */
export async function readNode(c: Connection, address: string, resource: string): Promise<NodeReport | Unreachable> {
  try {
    return reportOf(await gather(c, reportFacts(address, resource)));
  } catch (e) {
    return { reachable: false, why: (e as Error).message };
  }
}

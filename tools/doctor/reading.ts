import { HELD } from "@qvd-ha/providers/dist/corosync/restart";
import type { Fact, Facts, Seen } from "@qvd-ha/providers/dist/fact";
import { readConfiguration } from "@qvd-ha/providers/dist/pacemaker/cib";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Xml } from "@qvd-ha/providers/dist/pacemaker/xml";
import type { Deployment } from "../status/deployment";
import { connectionOf } from "../status/deployment";
import type { NodeReport, Unreachable } from "../status/node";
import { gather, reportFacts, reportOf } from "../status/node";
import type { Status } from "../status/read";
import { certificateFact } from "./facts/certificates";
import { filesFact } from "./facts/files";
import { historyFact } from "./facts/history";
import { jobsFact } from "./facts/jobs";
import { machineFact } from "./facts/machine";
import { networkFact } from "./facts/network";
import { serverFact } from "./facts/server";
import { spaceFact } from "./facts/space";
import { timeFact } from "./facts/time";
import { unitsFact } from "./facts/units";

/** What the doctor wants to know beside what the status knows. */
export const detailFacts = (address: string, port: number, resource: string) =>
  ({
    machine: machineFact,
    units: unitsFact,
    certificate: certificateFact,
    jobs: jobsFact,
    time: timeFact,
    space: spaceFact,
    files: filesFact(resource),
    network: networkFact,
    history: historyFact(resource),
    server: serverFact(address, port),
  }) satisfies Facts;

type All = Seen<ReturnType<typeof detailFacts>>;
/** What could not be read of a node is left out, and told in `unread`. */
export type Details = Partial<All>;

export interface NodeDetails {
  readonly details: Details;
  /** By fact: why it could not be understood. */
  readonly unread: Readonly<Record<string, string>>;
  /** The cluster's configuration as this node has it. */
  readonly configuration?: Configuration;
  /** A deployment has put maintenance mode on, to start Corosync again under it. */
  readonly held: boolean;
  /** By this machine's clock, in seconds since 1970: before the node was asked, and after it had answered. */
  readonly asked: number;
  readonly answered: number;
}

/** Where a node can be switched on by hand. */
export interface Power {
  /** libvirt's, as this machine may use it. */
  readonly uri: string;
  readonly domain: string;
  readonly lab: boolean;
}

/** The whole cluster at one moment, as far as the doctor's rules want to know it. Holds no secret. */
export interface Reading {
  readonly nodes: readonly string[];
  readonly stack: string;
  readonly address: string;
  readonly port: number;
  readonly resource: string;
  readonly status: Status;
  /** Of nodes that answered. */
  readonly details: Readonly<Record<string, NodeDetails>>;
  /** Addresses by which the nodes are reached. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly power: Readonly<Record<string, Power>>;
}

type Tried<T> = { readonly value: T } | { readonly error: string };

/** One fact that cannot be understood must not hide the others. */
const tolerant = <T>(f: Fact<T>): Fact<Tried<T>> => ({
  command: f.command,
  parse: (answer) => {
    try {
      return { value: f.parse(answer) };
    } catch (e) {
      return { error: (e as Error).message };
    }
  },
});

export const factsOf = (address: string, port: number, resource: string): { report: Facts; details: Facts } => ({
  report: reportFacts(address, resource),
  details: Object.fromEntries(
    Object.entries(detailFacts(address, port, resource)).map(([n, f]) => [n, tolerant(f as Fact<unknown>)]),
  ),
});

const DETAILS = Object.keys(detailFacts("", 0, ""));

const now = (): number => Date.now() / 1000;

const hasId = (x: Xml, id: string): boolean => x.attrs["id"] === id || x.children.some((c) => hasId(c, id));

/** What `gather` gave, taken apart. */
export function nodeOf(
  seen: Readonly<Record<string, unknown>>,
  asked: number,
  answered: number,
): { report: NodeReport; node: NodeDetails } {
  const report = seen as Parameters<typeof reportOf>[0];
  const tried = DETAILS.map((name) => [name, seen[name] as Tried<unknown>] as const);
  return {
    report: reportOf(report),
    node: {
      details: Object.fromEntries(tried.flatMap(([n, t]) => ("value" in t ? [[n, t.value]] : []))) as Details,
      unread: Object.fromEntries(tried.flatMap(([n, t]) => ("error" in t ? [[n, t.error]] : []))),
      held: report.cib !== undefined && hasId(report.cib.xml, HELD),
      ...(report.cib ? { configuration: readConfiguration(report.cib) } : {}),
      asked,
      answered,
    },
  };
}

async function readOne(d: Deployment, name: string): Promise<{ report: NodeReport | Unreachable; node?: NodeDetails }> {
  const { report, details } = factsOf(d.address, d.port, d.drbdResource);
  const asked = now();
  try {
    const seen = await gather(connectionOf(d, name), { ...report, ...details });
    return nodeOf(seen, asked, now());
  } catch (e) {
    return { report: { reachable: false, why: (e as Error).message } };
  }
}

function powerOf(d: Deployment): Record<string, Power> {
  const found: [string, Power][] = [];
  for (const { domains, connection: c } of Object.values(d.hypervisors ?? {}))
    for (const [node, domain] of Object.entries(domains)) {
      if (d.lab) found.push([node, { uri: d.lab.libvirtUri, domain, lab: true }]);
      else if (c) found.push([node, { uri: `qemu+ssh://${c.user}@${c.host}:${c.port}/system`, domain, lab: false }]);
    }
  return Object.fromEntries(found);
}

/** Reads both nodes at once, one SSH execution each. */
export async function readCluster(d: Deployment, stack: string): Promise<Reading> {
  const read = await Promise.all(d.nodes.map(async (n) => [n, await readOne(d, n)] as const));
  return {
    nodes: d.nodes,
    stack,
    address: d.address,
    port: d.port,
    resource: d.drbdResource,
    status: {
      taken: new Date().toISOString(),
      nodes: Object.fromEntries(read.map(([n, r]) => [n, r.report])),
    },
    details: Object.fromEntries(read.flatMap(([n, r]) => (r.node ? [[n, r.node]] : []))),
    hosts: Object.fromEntries(d.nodes.map((n) => [n, connectionOf(d, n).host])),
    power: powerOf(d),
  };
}

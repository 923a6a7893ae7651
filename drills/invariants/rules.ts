import type { Sample } from "./time";

/** A time during which something was so, by samples: at its ends and at every sample in between. */
interface Interval {
  readonly node: string;
  readonly value: string;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
}

export interface Violation {
  readonly rule: string;
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface InvariantReport {
  /** Samples by node. */
  readonly samples: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** Samples further apart than this many milliseconds say nothing about the time between them. */
const REACH = 6_000;

/** Where `value` was the same over consecutive samples of a node; undefined values are left out. */
function intervals(samples: readonly Sample[], value: (s: Sample) => string | undefined): Interval[] {
  const found: Interval[] = [];
  let last: Sample | undefined;
  for (const s of samples) {
    const v = value(s);
    const open = found.at(-1);
    const goes = open && last && value(last) === v && s.stream === last.stream && s.at - last.at < REACH;
    if (v !== undefined && goes) found[found.length - 1] = { ...open, to: s.at, samples: open.samples + 1 };
    else if (v !== undefined) found.push({ node: s.node, value: v, from: s.at, to: s.at, samples: 1 });
    last = s;
  }
  return found;
}

type PerNode = readonly (readonly Sample[])[];

function pairs(nodes: PerNode, value: (s: Sample) => string | undefined): [Interval, Interval][] {
  const perNode = nodes.map((n) => intervals(n, value));
  return perNode.flatMap((a, i) =>
    perNode.slice(i + 1).flatMap((b) => a.flatMap((x) => b.map((y) => [x, y] as [Interval, Interval]))),
  );
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Two nodes at once. Intervals that touch prove it: one node was so before and after the moment at which the other was. */
function exclusive(rule: string, nodes: PerNode, holds: (s: Sample) => boolean): Violation[] {
  return pairs(nodes, (s) => (holds(s) ? "yes" : undefined)).flatMap(([a, b]) => {
    const from = Math.max(a.from, b.from);
    const to = Math.min(a.to, b.to);
    const what = `${rule} on ${a.node} and ${b.node} at once for at least ${seconds(to - from)} s`;
    return from <= to ? [{ rule, what, from, to }] : [];
  });
}

/**
 * A node that has told DRBD's role once, and tells none while it holds the address, has DRBD down. A sample with the address in it has seen it before and after it
 * saw the role, so one is enough.
 */
function addressWithoutPrimary(nodes: PerNode): Violation[] {
  const rule = "address only where promoted";
  return nodes
    .filter((n) => n.some((s) => s.role !== undefined))
    .flatMap((n) =>
      intervals(n, (s) => (s.address && s.role !== "Primary" ? (s.role ?? "without DRBD") : undefined)).map((i) => ({
        rule,
        what: `${i.node} held the database's address while it was ${i.value}`,
        from: i.from,
        to: i.to,
      })),
    );
}

/**
 * Two nodes whose data went apart: each has a generation that the other never had. A standby node that is cut off goes on calling its disk UpToDate, with the
 * generation that both had; that is only behind, and what keeps it from being promoted is Pacemaker's.
 */
function splitData(nodes: PerNode): Violation[] {
  const rule = "one generation of the data";
  const had = new Map(nodes.flatMap((n) => (n[0] ? [[n[0].node, new Set(n.map((s) => s.generation))] as const] : [])));
  const pairsOfData = pairs(nodes, (s) => (s.disk === "UpToDate" ? s.generation : undefined));
  return pairsOfData.flatMap(([a, b]) => {
    const from = Math.max(a.from, b.from);
    const to = Math.min(a.to, b.to);
    const what = `${a.node} and ${b.node} both hold UpToDate data, of different generations (${a.value}, ${b.value})`;
    const apart = a.value !== b.value && !had.get(a.node)?.has(b.value) && !had.get(b.node)?.has(a.value);
    return apart && from <= to ? [{ rule, what, from, to }] : [];
  });
}

/** DRBD's words for a connection that stands, whatever passes over it. */
const CONNECTED = /^(Connected|StartingSync|WFBitMap|WFSyncUUID|Sync|PausedSync|Verify|Ahead|Behind)/;

/**
 * Members may hold different versions for so many milliseconds. A change is with the other one, and on its disk, within seconds. But DRBD stays connected when only
 * the rings are down, and whoever lost the other one may change what that one does not hear of until it is fenced: with the usual timers less than a minute.
 */
const APART = 60_000;

const version = (i: Interval): string => i.value.split(" ")[0] as string;

/**
 * Nodes that are one cluster, as far as their DRBD connection tells: two contents of one version have gone apart for good, since Pacemaker takes equal versions for
 * equal; two versions only when they stay.
 */
function oneConfiguration(nodes: PerNode): Violation[] {
  const rule = "one configuration";
  const member = (s: Sample): boolean => s.configuration !== undefined && CONNECTED.test(s.connection ?? "");
  const overlaps = pairs(nodes, (s) => (member(s) ? `${s.configuration} ${s.content ?? ""}`.trim() : undefined))
    .map(([a, b]) => ({ a, b, from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
    .filter((o) => o.from <= o.to)
    .sort((x, y) => x.from - y.from);
  const twice = overlaps
    .filter(({ a, b }) => version(a) === version(b) && a.value !== b.value && [a, b].every((i) => / /.test(i.value)))
    .map(({ a, b, from, to }) => ({
      rule,
      what: `${a.node} and ${b.node} held different configurations of one version, ${version(a)}`,
      from,
      to,
    }));
  const apart: Violation[] = [];
  let before: number | undefined;
  for (const { a, b, from, to } of overlaps) {
    const differ = version(a) !== version(b);
    const last = apart.at(-1);
    if (differ && last && before !== undefined && from - before < REACH) apart[apart.length - 1] = { ...last, to };
    else if (differ)
      apart.push({ rule, what: `${a.node} held configuration ${version(a)} and ${b.node} ${version(b)}`, from, to });
    before = differ ? to : undefined;
  }
  const stayed = apart.filter((v) => v.to - v.from > APART);
  return [...twice, ...stayed.map((v) => ({ ...v, what: `${v.what} for ${seconds(v.to - v.from)} s` }))];
}

/** DRBD passes through StandAlone when it is configured; only one that stays is a finding. */
function standAlone(nodes: PerNode): Violation[] {
  const rule = "no StandAlone";
  return nodes
    .flatMap((n) => intervals(n, (s) => (s.connection === "StandAlone" ? "yes" : undefined)))
    .filter((i) => i.samples > 2)
    .map((i) => ({ rule, what: `DRBD on ${i.node} was StandAlone`, from: i.from, to: i.to }));
}

/** Checks what must hold at every moment. Samples of each node, oldest first. */
export function invariants(samples: Readonly<Record<string, readonly Sample[]>>): InvariantReport {
  const nodes = Object.values(samples);
  const counts = Object.entries(samples).map(([name, s]) => [name, s.length] as const);
  return {
    samples: Object.fromEntries(counts),
    violations: [
      ...exclusive("DRBD Primary", nodes, (s) => s.role === "Primary"),
      ...exclusive("file system mounted", nodes, (s) => s.mounted),
      ...exclusive("postmaster", nodes, (s) => s.postmaster),
      ...exclusive("database address", nodes, (s) => s.address),
      ...addressWithoutPrimary(nodes),
      ...splitData(nodes),
      ...standAlone(nodes),
      ...oneConfiguration(nodes),
    ],
  };
}

import type { Finding } from "../kind";
import { milliseconds } from "./duration";
import { watchdogSeconds } from "./fencing";
import type { Configuration, Primitive } from "./spec";

/** QVD's node daemon gives up on its database after so many seconds without a connection, and stops every desktop on its node. */
export const QVD_LIMIT_SECONDS = 390;

/** Pacemaker's own default for an operation. */
const DEFAULT_TIMEOUT_MS = 20_000;
/** `stonith-timeout` where nothing is said. */
const DEFAULT_FENCING_MS = 60_000;

export interface BoundInput {
  readonly configuration: Configuration;
  /** Id of the promotable clone that holds the data. */
  readonly clone: string;
  /** Id of the group that runs where it is promoted. */
  readonly group: string;
  /** Id of the group's member that clients talk to: what comes after it in the group delays nobody. Default: the last member. */
  readonly service?: string;
  /** Corosync's token time-out in milliseconds. */
  readonly tokenMs: number;
  /** How long a new membership may wait for a third vote, in milliseconds. Default: 0, there is none. */
  readonly voteMs?: number;
  /** Corosync's consensus time-out in milliseconds. Default: 1.2 × token, as corosync itself. */
  readonly consensusMs?: number;
}

export interface Term {
  readonly what: string;
  readonly seconds: number;
  /** Where the number comes from. */
  readonly source: string;
}

export interface FailoverBound {
  readonly terms: readonly Term[];
  /** The longest time without service in seconds: a resource hangs, does not stop in time either, and its node must be fenced. */
  readonly total: number;
  /** What the HOWTO's footnote sums up (270 with its values): detection, stops and starts, without membership and fencing. */
  readonly howto: number;
  /** Present when `total` does not stay below QVD's limit. */
  readonly finding?: Finding;
}

interface Timed {
  readonly id: string;
  readonly primitive: Primitive;
}

function timeout(input: BoundInput, { id, primitive }: Timed, name: string): Term {
  const op = primitive.operations.find((o) => o.name === name);
  const fallback = input.configuration.operationDefaults["timeout"];
  const ms = milliseconds(op?.timeout ?? fallback ?? "") ?? DEFAULT_TIMEOUT_MS;
  const source =
    op?.timeout !== undefined
      ? `elements.${id}, ${name} timeout`
      : fallback !== undefined
        ? "operationDefaults.timeout"
        : "Pacemaker's default timeout";
  return { what: `${name} ${id}`, seconds: ms / 1_000, source };
}

/** The last one's monitor: it stands on all the others, so it notices when one of them is gone, too. */
function detection(input: BoundInput, members: readonly Timed[]): Term {
  const all = members.flatMap(({ id, primitive }) =>
    primitive.operations
      .filter((o) => o.name === "monitor" && o.enabled !== false)
      .map((o) => {
        const fallback = input.configuration.operationDefaults["timeout"];
        const limit = milliseconds(o.timeout ?? fallback ?? "") ?? DEFAULT_TIMEOUT_MS;
        const seconds = ((milliseconds(o.interval) ?? 0) + limit) / 1_000;
        return { what: `notice that ${id} failed`, seconds, source: `elements.${id}, monitor interval + timeout` };
      }),
  );
  const last = all[all.length - 1];
  return last ?? { what: "notice that the service failed", seconds: 0, source: "no monitor" };
}

function primitivesOf(c: Configuration, ids: readonly string[]): Timed[] {
  return ids.flatMap((id) => {
    const e = c.elements[id];
    return e?.kind === "primitive" ? [{ id, primitive: e }] : [];
  });
}

/** What else stands where the clone is promoted, beside the group: the address, which clients need as much as the server. */
const besides = (c: Configuration, { clone, group }: BoundInput): Timed[] =>
  primitivesOf(
    c,
    Object.values(c.elements).flatMap((e) =>
      e.kind === "colocation" && e.withResource === clone && e.withRole === "Promoted" && e.resource !== group
        ? [e.resource]
        : [],
    ),
  );

/** What runs beside others counts with what it takes longer than they do. */
function longer(input: BoundInput, beside: readonly Timed[], name: string, others: readonly Timed[]): Term[] {
  const meanwhile = sum(others.map((p) => timeout(input, p, name)));
  return beside.flatMap((p) => {
    const own = timeout(input, p, name);
    const more = own.seconds - meanwhile;
    return more > 0 ? [{ ...own, what: `${own.what}, beyond what runs beside it`, seconds: more }] : [];
  });
}

/**
 * The longest of the fence devices' time-outs, each device's own before the cluster's; of a node that has levels all of its devices', as one is tried after the other.
 * Then the delays that are paid before.
 */
function fencing(c: Configuration): Term[] {
  const cluster = milliseconds(c.properties["stonith-timeout"] ?? "") ?? DEFAULT_FENCING_MS;
  const source =
    c.properties["stonith-timeout"] === undefined
      ? "Pacemaker's default stonith-timeout"
      : "properties.stonith-timeout";
  const devices = Object.entries(c.elements).flatMap(([id, e]) =>
    e.kind === "primitive" && e.agent.startsWith("stonith:") ? [{ id, params: e.params }] : [],
  );
  const watchdog = watchdogSeconds(c.properties);
  const action = c.properties["stonith-action"] === "off" ? "pcmk_off_timeout" : "pcmk_reboot_timeout";
  const own = devices.map((d) => {
    const ms = milliseconds(d.params[action] ?? "");
    return ms === undefined
      ? { id: d.id, ms: cluster, source }
      : { id: d.id, ms, source: `elements.${d.id}.params.${action}` };
  });
  const levels = Object.values(c.elements).flatMap((e) => (e.kind === "level" ? [e] : []));
  const inTurn = [...new Set(levels.map((l) => l.target))].map((target) => {
    const ids = levels.filter((l) => l.target === target).flatMap((l) => l.devices);
    const all = ids.flatMap((id) => own.filter((d) => d.id === id));
    return { ms: all.reduce((ms, d) => ms + d.ms, 0), source: all.map((d) => d.source).join(" + ") };
  });
  const longest = [...own, ...inTurn].reduce(
    (a, b) => (b.ms > a.ms ? b : a),
    devices.length > 0
      ? { ms: 0, source }
      : watchdog > 0
        ? { ms: watchdog * 1_000, source: "properties.stonith-watchdog-timeout" }
        : { ms: cluster, source },
  );
  const delay = Math.max(
    0,
    ...devices.map((d) =>
      Math.max(
        milliseconds(d.params["pcmk_delay_max"] ?? "") ?? 0,
        milliseconds(d.params["pcmk_delay_base"] ?? "") ?? 0,
      ),
    ),
  );
  const priority = milliseconds(c.properties["priority-fencing-delay"] ?? "") ?? 0;
  return [
    { what: "fence the node", seconds: longest.ms / 1_000, source: longest.source },
    ...(priority > 0
      ? [{ what: "wait before fencing", seconds: priority / 1_000, source: "properties.priority-fencing-delay" }]
      : []),
    ...(delay > 0
      ? [{ what: "wait before fencing", seconds: delay / 1_000, source: "pcmk_delay_max, pcmk_delay_base" }]
      : []),
  ];
}

const sum = (terms: readonly Term[]): number => terms.reduce((s, t) => s + t.seconds, 0);

/**
 * The longest failover that the configured timers allow, added up from them. Every operation is taken to end just before its time-out, so a real
 * failover is far shorter. Retries on the same node and a DRBD peer that is not up to date are not in it.
 */
export function failoverBound(input: BoundInput): FailoverBound {
  const c = input.configuration;
  const g = c.elements[input.group];
  const m = c.elements[input.clone];
  const members = primitivesOf(c, g?.kind === "group" ? g.members : []);
  const data = primitivesOf(c, m?.kind === "clone" ? [m.child] : []);
  const beside = besides(c, input);
  const at = members.findIndex((p) => p.id === input.service);
  const serving = at < 0 ? members : members.slice(0, at + 1);
  const notice = [detection(input, serving)];
  const stop = [
    ...[...members].reverse().map((p) => timeout(input, p, "stop")),
    ...longer(input, beside, "stop", members.slice(0, Math.max(at, 0))),
    ...data.map((p) => timeout(input, p, "demote")),
  ];
  const start = [
    ...data.map((p) => timeout(input, p, "promote")),
    ...serving.map((p) => timeout(input, p, "start")),
    ...longer(input, beside, "start", serving),
  ];
  const consensus = input.consensusMs ?? Math.round(input.tokenMs * 1.2);
  const membership: Term = {
    what: "agree that the node is gone",
    seconds: (input.tokenMs + consensus) / 1_000,
    source: "corosync token + consensus",
  };
  const vote: Term[] =
    (input.voteMs ?? 0) > 0
      ? [{ what: "wait for the third vote", seconds: (input.voteMs ?? 0) / 1_000, source: "quorum.device.syncTimeout" }]
      : [];
  const terms = [...notice, ...stop, membership, ...vote, ...fencing(c), ...start];
  const total = Math.ceil(sum(terms));
  const howto = Math.ceil(sum([...notice, ...stop, ...start]));
  if (total < QVD_LIMIT_SECONDS) return { terms, total, howto };
  const longest = [...terms].sort((a, b) => b.seconds - a.seconds).slice(0, 3);
  const reason =
    `a failover may take ${total} s, and QVD gives up after ${QVD_LIMIT_SECONDS} s: shorten the timers, ` +
    `the longest are ${longest.map((t) => `${t.what} ${t.seconds} s (${t.source})`).join(", ")}`;
  return { terms, total, howto, finding: { property: "elements", reason } };
}

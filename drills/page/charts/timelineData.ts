import type { Sample } from "../../invariants/time";
import type { LogEvent } from "../../pieces/events";
import { layoutIn } from "../../pieces/pieces";
import type { DrillReport } from "../../report/report";

/** Rows of a timeline, from top to bottom. */
export const LANES = [
  "nodes answer",
  "membership",
  "fencing",
  "promote",
  "DRBD Primary",
  "file system",
  "address",
  "PostgreSQL",
  "resync",
] as const;
export type Lane = (typeof LANES)[number];

/** Whose: the node that was active or standby before the fault, or the cluster's as a whole. */
export type Whose = "active" | "standby" | "cluster";

/** A stretch of time in a row, in seconds after the fault. */
export interface Bar {
  readonly lane: Lane;
  readonly whose: Whose;
  readonly from: number;
  readonly to: number;
  /** `state`: so it was. `work`: the cluster was at it. */
  readonly kind: "state" | "work";
}

export interface Mark {
  readonly at: number;
  readonly what: string;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly bars: readonly Bar[];
  readonly writes: readonly { readonly at: number; readonly perSecond: number }[];
  readonly gap?: { readonly from: number; readonly to: number; readonly seconds: number };
  readonly marks: readonly Mark[];
}

/** Samples further apart than this many milliseconds say nothing about the time between them. */
const REACH = 6_000;
const BEFORE = 6;
const AFTER = 4;

type Span = readonly [from: number, to: number];

function spans(samples: readonly Sample[], holds: (s: Sample) => boolean): Span[] {
  const found: [number, number][] = [];
  let last: Sample | undefined;
  for (const s of samples) {
    const open = found.at(-1);
    if (holds(s)) {
      const goes = open && last && holds(last) && s.at - last.at < REACH && s.stream === last.stream;
      if (goes) open[1] = s.at;
      else found.push([s.at, s.at]);
    } else if (open && last && holds(last) && s.at - last.at < REACH) open[1] = s.at;
    last = s;
  }
  return found;
}

const resyncing = (s: Sample): boolean => /^(Sync|PausedSync|WFBitMap|StartingSync)/.test(s.connection ?? "");

const STATES: readonly (readonly [Lane, (s: Sample) => boolean])[] = [
  ["nodes answer", () => true],
  ["DRBD Primary", (s) => s.role === "Primary"],
  ["file system", (s) => s.mounted],
  ["address", (s) => s.address],
  ["PostgreSQL", (s) => s.postmaster],
  ["resync", (s) => resyncing(s) && s.disk !== "UpToDate"],
];

type Put = (lane: Lane, whose: Whose, [from, to]: Span, kind: Bar["kind"]) => Bar;

function states(r: DrillReport, whose: (node: string) => Whose, put: Put): Bar[] {
  return [r.active, r.standby].flatMap((node) => {
    const samples = r.samples.filter((s) => s.node === node);
    return STATES.flatMap(([lane, holds]) => spans(samples, holds).map((s) => put(lane, whose(node), s, "state")));
  });
}

/** From each beginning to the next end after it. */
function pairs(events: readonly LogEvent[], begins: (e: LogEvent) => boolean, ends: (e: LogEvent) => boolean): Span[] {
  const found: Span[] = [];
  let from: number | undefined;
  for (const e of [...events].sort((a, b) => a.at - b.at)) {
    if (begins(e)) from ??= e.at;
    else if (ends(e) && from !== undefined) {
      found.push([from, e.at]);
      from = undefined;
    }
  }
  return found;
}

const OPERATIONS: readonly (readonly [
  Lane,
  operation: string,
  part: "drbd" | "fileSystem" | "address" | "postgres",
])[] = [
  ["promote", "promote", "drbd"],
  ["file system", "start", "fileSystem"],
  ["address", "start", "address"],
  ["PostgreSQL", "start", "postgres"],
];

function work(r: DrillReport, whose: (node: string) => Whose, put: Put): Bar[] {
  const { events } = r;
  const ids = layoutIn(events);
  const lost = pairs(
    events,
    (e) => e.what === "token-lost",
    (e) => e.what === "membership" || e.what === "peer-lost",
  );
  const targets = [...new Set(events.flatMap((e) => (e.what === "fence-requested" && e.subject ? [e.subject] : [])))];
  const fencings = targets.flatMap((t) =>
    pairs(
      events.filter((e) => e.subject === t),
      (e) => e.what === "fence-requested",
      (e) => e.what === "fenced" || e.what === "fence-failed",
    ),
  );
  const nodes = [...new Set(events.map((e) => e.node))];
  const operations = nodes.flatMap((node) =>
    OPERATIONS.flatMap(([lane, op, part]) => {
      const own = events.filter((e) => e.node === node && e.operation === op && e.subject === ids[part]);
      const found = pairs(
        own,
        (e) => e.what === "started",
        (e) => e.what === "ended" || e.what === "failed",
      );
      // Old reports hold the log of the node that took over alone.
      return found.map((s) => put(lane, whose(node ?? r.standby), s, "work"));
    }),
  );
  return [
    ...lost.map((s) => put("membership", "cluster", s, "work")),
    ...fencings.map((s) => put("fencing", "cluster", s, "work")),
    ...operations,
  ];
}

/** What a drill's picture shows. */
export function timeline(r: DrillReport): Timeline {
  const t = (ms: number): number => Math.round((ms - r.injected) / 10) / 100;
  const whose = (node: string): Whose => (node === r.active ? "active" : "standby");
  const whole = r.redundantAfter === undefined ? undefined : t(r.healed ?? r.injected) + r.redundantAfter;
  const lastWrite = t(r.started + r.acknowledged.length * 1000);
  const from = -BEFORE;
  const to = Math.max(whole ?? 0, r.gap ? t(r.gap.to) : 0, lastWrite, 20) + AFTER;
  const put: Put = (lane, who, [a, b], kind) => ({
    lane,
    whose: who,
    from: Math.max(from, t(a)),
    to: Math.min(to, Math.max(t(b), t(a) + 0.3)),
    kind,
  });
  const bars = [...states(r, whose, put), ...work(r, whose, put)].filter((b) => b.to > from && b.from < to);
  const late = (ms: number | undefined, least: number): boolean => ms !== undefined && t(ms) > least;
  return {
    from,
    to,
    bars,
    writes: r.acknowledged
      .map((n, i) => ({ at: t(r.started + i * 1000), perSecond: n }))
      .filter((w) => w.at >= from - 1 && w.at <= to),
    ...(r.gap && r.gap.seconds > 2 ? { gap: { from: t(r.gap.from), to: t(r.gap.to), seconds: r.gap.seconds } } : {}),
    marks: [
      { at: 0, what: "fault" },
      ...(late(r.struck, 3) ? [{ at: t(r.struck as number), what: "fault complete" }] : []),
      ...(late(r.healed, 3) ? [{ at: t(r.healed as number), what: "taken back" }] : []),
      ...(whole === undefined ? [] : [{ at: whole, what: "whole again" }]),
    ],
  };
}

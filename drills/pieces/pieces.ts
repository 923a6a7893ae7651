import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { layoutSeen } from "@qvd-ha/providers/dist/pacemaker/layouts";
import type { LogEvent } from "./events";

/** A stretch of the outage. Stretches may overlap: the address comes up beside the file system. */
export interface Piece {
  readonly name: string;
  /** Seconds after the fault. */
  readonly from: number;
  readonly seconds: number;
}

export interface Outage {
  /** When the fault struck, and when the first write after it was acknowledged, in milliseconds since 1970. */
  readonly injected: number;
  readonly firstWrite: number;
  /** The node that was hit. */
  readonly victim: string;
}

type Is = (e: LogEvent) => boolean;
const operation =
  (what: LogEvent["what"], name: string, id: string): Is =>
  (e) =>
    e.what === what && e.operation === name && e.subject === id;

/** Ids of the layout whose resources the log tells of. */
export const layoutIn = (events: readonly LogEvent[]): Layout => layoutSeen(events.flatMap((e) => e.subject ?? []));

/** The pieces of a failover by fencing or of a move, in the order in which they begin; those of which the log says nothing are left out. */
export function pieces(events: readonly LogEvent[], outage: Outage): Piece[] {
  const { injected, firstWrite, victim } = outage;
  const ids = layoutIn(events);
  const during = events.filter((e) => e.at >= injected && e.at <= firstWrite);
  const first = (is: Is): number | undefined => during.find(is)?.at;
  const last = (is: Is): number | undefined => during.filter(is).at(-1)?.at;
  const piece = (name: string, from: number | undefined, to: number | undefined): Piece[] =>
    from === undefined || to === undefined || to < from
      ? []
      : [{ name, from: (from - injected) / 1000, seconds: (to - from) / 1000 }];
  const run = (name: string, op: string, id: string): Piece[] =>
    piece(name, first(operation("started", op, id)), last(operation("ended", op, id)));

  const membership = first((e) => e.what === "membership") ?? first((e) => e.what === "peer-lost");
  const asked = first((e) => e.what === "fence-requested" && e.subject === victim);
  const fenced = first((e) => e.what === "fenced" && e.subject === victim);
  const delayed = during.find((e) => e.what === "fence-delayed" && e.subject === victim);
  const stopped = last(operation("ended", "stop", ids.postgres));
  // A server that is stopped in order takes writes until it has written its checkpoint, so the stop may have begun before the outage.
  const stopping = first(operation("started", "stop", ids.postgres)) ?? injected;
  const promotion = first(operation("started", "promote", ids.drbd));
  // The server takes writes before its agent has found out that it runs; then the first of them ends the start.
  const serving = last(operation("ended", "start", ids.postgres));
  const up = [ids.fileSystem, ids.address, ids.postgres].map((id) => last(operation("ended", "start", id)));
  const ready = up.includes(undefined) ? undefined : Math.max(...(up as number[]));
  return [
    ...piece("membership", injected, membership),
    ...piece("decision to fence", membership, asked),
    ...piece("fence", asked, fenced),
    ...piece("of it a delay, by configuration", delayed?.at, delayed && delayed.at + (delayed.seconds ?? 0) * 1000),
    ...piece("stop of PostgreSQL", stopping, stopped),
    ...run("unmount", "stop", ids.fileSystem),
    ...run("address away", "stop", ids.address),
    ...run("demote", "demote", ids.drbd),
    ...piece("notifications before promotion", fenced, promotion),
    ...run("promote", "promote", ids.drbd),
    ...piece("notifications after promotion", last(operation("ended", "promote", ids.drbd)), firstStart(during, ids)),
    ...run("file system", "start", ids.fileSystem),
    ...run("address", "start", ids.address),
    ...piece("PostgreSQL", first(operation("started", "start", ids.postgres)), serving ?? firstWrite),
    ...piece("first write", ready, firstWrite),
  ].sort((a, b) => a.from - b.from);
}

function firstStart(events: readonly LogEvent[], ids: Layout): number | undefined {
  const members: readonly string[] = [ids.fileSystem, ids.address, ids.postgres];
  return events.find((e) => e.what === "started" && e.operation === "start" && members.includes(e.subject ?? ""))?.at;
}

/** Seconds of the outage that no piece covers. */
export function unaccounted(found: readonly Piece[], outage: Outage): number {
  const total = (outage.firstWrite - outage.injected) / 1000;
  let covered = 0;
  let reached = 0;
  for (const p of found) {
    const end = p.from + p.seconds;
    covered += Math.max(0, end - Math.max(p.from, reached));
    reached = Math.max(reached, end);
  }
  return Math.max(0, total - covered);
}

export interface Counts {
  readonly fencings: number;
  readonly fencingFailures: number;
  readonly promotions: number;
}

/** How often the cluster fenced and promoted after the fault; by events that are told once each. */
export function counts(events: readonly LogEvent[], injected: number): Counts {
  const after = events.filter((e) => e.at >= injected);
  const ids = layoutIn(events);
  return {
    fencings: after.filter((e) => e.what === "fenced").length,
    fencingFailures: after.filter((e) => e.what === "fence-failed").length,
    promotions: after.filter(operation("ended", "promote", ids.drbd)).length,
  };
}

import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import type { Course } from "../course";
import type { Fault } from "../faults/fault";
import { coverage } from "../invariants/coverage";
import { invariants } from "../invariants/rules";
import { ourTime, place } from "../invariants/time";
import type { NodeWatch } from "../invariants/watch";
import { check } from "../ledger/check";
import { now } from "../ledger/entry";
import type { Gap } from "../ledger/gaps";
import { gapOf, latencies, percentile } from "../ledger/gaps";
import type { LogEvent } from "../pieces/events";
import { readEvents } from "../pieces/log";
import { once } from "../pieces/once";
import { orderOf } from "../pieces/order";
import type { Outage } from "../pieces/pieces";
import { counts, pieces, unaccounted } from "../pieces/pieces";
import { bootsSeen } from "../strike/boots";
import { tellings } from "../alerts/tellings";
import { outcomes } from "./outcomes";
import type { DrillReport } from "./report";
import type { Surroundings } from "./surroundings";

/** A gap that begins so much later than the fault is no longer told from its first action on. */
const LATER_MS = 2_000;

async function logOf(d: Deployment, w: NodeWatch, since: number): Promise<LogEvent[]> {
  const at = ourTime(w.samples);
  if (!at) throw new Error("no sample tells what time it was there");
  const events = await readEvents(connectionOf(d, w.node), since, at);
  // Whoever has logged its own fencing had been told of it afterwards.
  return events.filter((e) => e.what !== "fenced" || e.subject !== w.node).map((e) => ({ ...e, node: w.node }));
}

function perSecond(times: readonly number[], from: number, to: number): number[] {
  const found = new Array<number>(Math.max(0, Math.ceil((to - from) / 1000))).fill(0);
  for (const t of times) {
    const i = Math.floor((t - from) / 1000);
    if (i >= 0 && i < found.length) found[i] = (found[i] as number) + 1;
  }
  return found;
}

/** The outage in which the other node took over: its own log tells the pieces. */
function outageOf(course: Course, gap: Gap | undefined, acknowledged: readonly number[]): Outage | undefined {
  const { injected, roles } = course;
  // A gap that no write has ended has no end to be explained.
  if (!gap || gap.to <= injected || !acknowledged.includes(gap.to)) return undefined;
  const begun = gap.from > injected + LATER_MS ? gap.from : injected;
  return { injected: begun, firstWrite: gap.to, victim: roles.active };
}

/** What an outage's pieces are read from: the stops of the node that served before, all else of the one that serves now. */
const partOf =
  (before: string, now: string | undefined) =>
  (e: LogEvent): boolean =>
    e.operation === undefined || e.node === (["stop", "demote"].includes(e.operation) ? before : now);

/** Judges what a drill has seen. */
export async function assemble(
  d: Deployment,
  fault: Fault,
  course: Course,
  watches: readonly NodeWatch[],
  surroundings: Surroundings,
): Promise<DrillReport> {
  const { roles, started, injected, entries } = course;
  const notes = [...course.notes];
  const unread: string[] = [];
  const logs = await Promise.all(
    watches.map((w) =>
      logOf(d, w, injected).catch((e: Error) => {
        unread.push(`that of ${w.node} not: ${e.message}`);
        return [];
      }),
    ),
  );
  const events = once(logs.flat());
  const ended = Math.max(injected, ...entries.slice(-1).map((e) => e.at), now());
  const acknowledged = entries.filter((e) => e.what === "ok").map((e) => e.at);
  const gap = gapOf(acknowledged, injected, course.wroteUntil);
  const outage = outageOf(course, gap, acknowledged);
  const moved = course.servedBy !== undefined && course.servedBy !== roles.active;
  const parts = outage && moved ? pieces(events.filter(partOf(roles.active, course.servedBy)), outage) : [];
  const samples = Object.fromEntries(watches.map((w) => [w.node, place(w.samples)]));
  const held = invariants(samples);
  const sampling = Object.fromEntries(
    watches.map((w) => [w.node, coverage(samples[w.node] ?? [], injected, course.stopped, w.period)]),
  );
  const verdict = course.present ? check(entries, course.present) : undefined;
  const took = latencies(entries);
  const order = orderOf(events, injected);
  const fenced = order.fenced.map((f) => f.node);
  const redundantAfter = course.redundantAt === undefined ? undefined : (course.redundantAt - course.ended) / 1000;
  const { tells = [] } = fault.expect;
  const told = course.alerts ? tellings(tells, events, course.injected, course.struck) : [];
  if (tells.length > 0 && !course.alerts) notes.push("no alert was looked for: maintenance.alerts is off");
  const meanwhile = latencies(entries.filter((e) => e.at >= course.struck && e.at <= course.ended));
  const results = outcomes(fault, {
    ...roles,
    trouble: course.trouble,
    servedBy: course.servedBy,
    gap,
    took: percentile(meanwhile, 50),
    worstCaseFailoverSeconds: d.worstCaseFailoverSeconds,
    fenced,
    order,
    unread,
    unwritten: Math.max(0, course.stopped - course.wroteUntil) / 1000,
    // Whom the drill itself had to switch on was not brought back by fencing.
    booted: watches
      .filter((w) => !course.switchedOn.includes(w.node))
      .flatMap((w) => bootsSeen(w.samples, injected).map(() => w.node)),
    signs: course.signs,
    told,
    stayedDown: course.stayedDown,
    redundantAfter,
    verdict,
    violations: held.violations,
    sampling,
    aftermath: course.aftermath,
    unrestored: course.unrestored,
  });
  const unchecked = course.aftermath.filter((f) => f.met === undefined).map((f) => `${f.what}: ${f.came}`);
  return {
    fault: fault.name,
    number: fault.number,
    title: fault.title,
    about: course.about,
    ...roles,
    started,
    injected,
    struck: course.struck,
    healed: course.ended,
    ended,
    passed: results.every((o) => o.met),
    outcomes: results,
    verdict,
    gap,
    latency: { p50: percentile(took, 50), p95: percentile(took, 95) },
    acknowledged: perSecond(acknowledged, started, Math.max(injected, course.wroteUntil)),
    redundantAfter,
    worstCaseFailoverSeconds: d.worstCaseFailoverSeconds,
    pieces: parts,
    ...(outage && moved ? { unaccounted: unaccounted(parts, outage) } : {}),
    counts: counts(events, injected),
    fenced: Object.fromEntries(d.nodes.map((n) => [n, fenced.filter((f) => f === n).length])),
    aftermath: course.aftermath,
    invariants: held,
    sampling,
    events,
    samples: Object.values(samples).flat(),
    notes: [...notes, ...unchecked],
    surroundings,
  };
}

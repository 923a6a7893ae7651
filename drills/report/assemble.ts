import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import type { Course } from "../course";
import type { Fault } from "../faults/fault";
import { invariants } from "../invariants/rules";
import { ourTime, place } from "../invariants/time";
import type { NodeWatch } from "../invariants/watch";
import { check } from "../ledger/check";
import { now } from "../ledger/entry";
import { latencies, longestGap, percentile } from "../ledger/gaps";
import type { LogEvent } from "../pieces/events";
import { readEvents } from "../pieces/log";
import { counts, pieces, unaccounted } from "../pieces/pieces";
import { outcomes } from "./outcomes";
import type { DrillReport } from "./report";

/** Writes before the fault that belong to the gap: its beginning is the last of them. */
const BEFORE_MS = 5_000;

async function survivorsLog(
  d: Deployment,
  survivor: string,
  since: number,
  watches: readonly NodeWatch[],
): Promise<LogEvent[]> {
  const at = ourTime(watches.find((w) => w.node === survivor)?.samples ?? []);
  if (!at) throw new Error("no sample tells what time it was there");
  return readEvents(connectionOf(d, survivor), since, at);
}

function perSecond(times: readonly number[], from: number, to: number): number[] {
  const found = new Array<number>(Math.max(0, Math.ceil((to - from) / 1000))).fill(0);
  for (const t of times) {
    const i = Math.floor((t - from) / 1000);
    if (i >= 0 && i < found.length) found[i] = (found[i] as number) + 1;
  }
  return found;
}

/** Judges what a drill has seen. */
export async function assemble(
  d: Deployment,
  fault: Fault,
  course: Course,
  watches: readonly NodeWatch[],
): Promise<DrillReport> {
  const { roles, started, injected, entries } = course;
  const notes = [...course.notes];
  const survivor = fault.victim === "active" ? roles.standby : roles.active;
  const events = await survivorsLog(d, survivor, injected, watches).catch((e: Error) => {
    notes.push(`log of ${survivor}: ${e.message}`);
    return [];
  });
  const ended = Math.max(injected, ...entries.slice(-1).map((e) => e.at), now());
  const acknowledged = entries.filter((e) => e.what === "ok").map((e) => e.at);
  const lastEntry = entries.reduce((latest, e) => Math.max(latest, e.at), injected);
  const gap = longestGap(
    acknowledged.filter((t) => t >= injected - BEFORE_MS),
    lastEntry,
  );
  const outage = gap && gap.to > injected ? { injected, firstWrite: gap.to, victim: roles[fault.victim] } : undefined;
  const parts = outage ? pieces(events, outage) : [];
  const samples = Object.fromEntries(watches.map((w) => [w.node, place(w.samples)]));
  const held = invariants(samples);
  const verdict = course.present ? check(entries, course.present) : undefined;
  const took = latencies(entries);
  const counted = counts(events, injected);
  const redundantAfter = course.redundantAt === undefined ? undefined : (course.redundantAt - injected) / 1000;
  const results = outcomes(fault, {
    ...roles,
    servedBy: course.servedBy,
    gap,
    worstCaseFailoverSeconds: d.worstCaseFailoverSeconds,
    fenced: events.filter((e) => e.what === "fenced" && e.at >= injected).map((e) => e.subject ?? "?"),
    counts: counted,
    redundantAfter,
    verdict,
    violations: held.violations,
  });
  return {
    fault: fault.name,
    title: fault.title,
    ...roles,
    started,
    injected,
    ended,
    passed: results.every((o) => o.met),
    outcomes: results,
    verdict,
    gap,
    latency: { p50: percentile(took, 50), p95: percentile(took, 95) },
    acknowledged: perSecond(acknowledged, started, lastEntry),
    redundantAfter,
    worstCaseFailoverSeconds: d.worstCaseFailoverSeconds,
    pieces: parts,
    ...(outage ? { unaccounted: unaccounted(parts, outage) } : {}),
    counts: counted,
    invariants: held,
    events,
    samples: Object.values(samples).flat(),
    notes,
  };
}

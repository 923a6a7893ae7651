import { percentile } from "../ledger/gaps";
import type { DrillReport } from "./report";

const secs = (s: number | undefined): string => (s === undefined ? "-" : `${s.toFixed(1)} s`);
const millis = (s: number | undefined): string => (s === undefined ? "-" : `${Math.round(s * 1000)} ms`);
const NAME = 32;

function pieceLines(r: DrillReport): string[] {
  if (r.pieces.length === 0) return ["  the log says nothing of it"];
  const line = (name: string, from: string, seconds: string): string =>
    `  ${name.padEnd(NAME)}${from.padStart(10)}${seconds.padStart(10)}`;
  return [
    line("", "after", "took"),
    ...r.pieces.map((p) => line(p.name, secs(p.from), secs(p.seconds))),
    ...(r.unaccounted === undefined ? [] : [line("in between", "", secs(r.unaccounted))]),
  ];
}

function ledgerLines(r: DrillReport): string[] {
  const v = r.verdict;
  if (!v) return ["  the table could not be read"];
  const open = `${v.unknown} unknown (${v.unknownPresent} of them there)`;
  return [
    `  ${v.attempted} attempted, ${v.acknowledged} acknowledged, ${v.refused} refused, ${open}`,
    `  lost ${v.lost.length}, phantom ${v.phantom.length}, steps back ${v.wentBack.length}`,
    `  longest gap ${secs(r.gap?.seconds)}; a write took ${millis(r.latency.p50)} (median), ${millis(r.latency.p95)} (95 %)`,
  ];
}

function invariantLines(r: DrillReport): string[] {
  const samples = Object.entries(r.invariants.samples).map(([node, n]) => `${n} of ${node}`);
  const broken = r.invariants.violations.map((v) => `  BROKEN: ${v.what}`);
  const shares = Object.entries(r.sampling ?? {}).map(
    ([node, c]) => `${node} ${c.sampled.toFixed(0)} of ${c.up.toFixed(0)} s up`,
  );
  const known = shares.length > 0 ? `; sampled: ${shares.join(", ")}` : "";
  return [`  samples: ${samples.join(", ")}${known}`, ...(broken.length > 0 ? broken : ["  all held"])];
}

/** One drill on one screen. */
export function print(r: DrillReport): string {
  const mark = (met: boolean): string => (met ? "ok  " : "FAIL");
  return [
    `${r.fault}: ${r.title} (${r.active} served, ${r.standby} stood by)`,
    ...r.outcomes.map((o) => `  ${mark(o.met)} ${o.what.padEnd(NAME - 5)} ${o.came} (expected: ${o.wanted})`),
    "Where the time went",
    ...pieceLines(r),
    `  fencings ${r.counts.fencings} (${r.counts.fencingFailures} failed), promotions ${r.counts.promotions}`,
    "Ledger",
    ...ledgerLines(r),
    "Invariants",
    ...invariantLines(r),
    ...(r.notes.length > 0 ? ["Notes", ...r.notes.map((n) => `  ${n}`)] : []),
    r.passed ? "PASSED" : "FAILED",
  ].join("\n");
}

/** Several drills in one line. */
export function printRepeats(reports: readonly DrillReport[]): string {
  const gaps = reports.flatMap((r) => (r.gap ? [r.gap.seconds] : []));
  const passed = reports.filter((r) => r.passed).length;
  const spread = `median ${secs(percentile(gaps, 50))}, 95 % ${secs(percentile(gaps, 95))}`;
  return `${passed} of ${reports.length} passed; longest gap between acknowledged writes: ${spread}`;
}

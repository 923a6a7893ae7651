import type { Sample } from "../../../drills/invariants/time";
import type { LogEvent } from "../../../drills/pieces/events";
import type { DrillReport } from "../../../drills/report/report";

const AT = 1_700_000_000_000;
const event = (seconds: number, e: Omit<LogEvent, "at">): LogEvent => ({ at: AT + seconds * 1000, ...e });

function sample(node: string, seconds: number, stream: number, more: Partial<Sample>): Sample {
  const at = AT + seconds * 1000;
  const state = { connection: "Connected", role: "Secondary", disk: "UpToDate", peerDisk: "UpToDate" };
  return {
    node,
    stream,
    arrived: at,
    uptime: at,
    clock: at,
    at,
    mounted: false,
    postmaster: false,
    address: false,
    ...state,
    ...more,
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 2 + 1 }, (_, i) => from + i * 2);
const SERVES = { role: "Primary", mounted: true, postmaster: true, address: true };

/** A failover as it might have been: a dies at 0 and is back at 40, b serves from 30 on. */
const samples: Sample[] = [
  ...range(-4, 0).map((t) => sample("a", t, 1, SERVES)),
  ...range(40, 58).map((t) =>
    sample("a", t, 2, t >= 46 && t < 50 ? { connection: "SyncTarget", disk: "Inconsistent" } : {}),
  ),
  ...range(-4, 58).map((t) => sample("b", t, 1, t >= 30 ? SERVES : {})),
];

const events: LogEvent[] = [
  event(5, { what: "token-lost" }),
  event(11, { what: "membership" }),
  event(12, { what: "fence-requested", subject: "a" }),
  event(20, { what: "fenced", subject: "a" }),
  event(25, { what: "started", operation: "start", subject: "p_postgres", node: "b" }),
  event(31, { what: "ended", operation: "start", subject: "p_postgres", node: "b" }),
];

/** A whole report, made by hand. */
export const drillReport = (more: Partial<DrillReport>): DrillReport => ({
  fault: "power-cut",
  number: "1",
  title: "the active node loses its power",
  active: "a",
  standby: "b",
  started: AT - 4_000,
  injected: AT,
  ended: AT + 60_000,
  passed: true,
  outcomes: [{ what: "lost writes", wanted: "0", came: "0", met: true }],
  verdict: {
    attempted: 9,
    acknowledged: 8,
    unknown: 1,
    unknownPresent: 0,
    refused: 0,
    lost: [],
    phantom: [],
    wentBack: [],
  },
  gap: { from: AT, to: AT + 33_000, seconds: 33 },
  latency: { p50: 0.02, p95: 0.1 },
  acknowledged: Array.from({ length: 62 }, (_, i) => (i < 4 || i > 36 ? 50 : 0)),
  redundantAfter: 55,
  pieces: [],
  counts: { fencings: 1, fencingFailures: 0, promotions: 1 },
  invariants: { samples: { a: 13, b: 32 }, violations: [] },
  events,
  samples,
  notes: [],
  ...more,
});

import type { Entry } from "./entry";

export interface Gap {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

/** Writes before the fault that belong to its gap: its beginning is the last of them. */
const BEFORE_MS = 5_000;

const gap = (from: number, to: number): Gap => ({ from, to, seconds: (to - from) / 1000 });

/** The nearest-rank percentile; undefined of nothing. */
export function percentile(values: readonly number[], p: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

/**
 * The longest time without any acknowledged write, over all clients.
 * @param to where the observation ends: a service that never came back makes a gap up to there
 */
export function longestGap(acknowledged: readonly number[], to: number): Gap | undefined {
  const times = [...acknowledged].sort((a, b) => a - b).concat(to);
  return times
    .slice(1)
    .map((t, i) => gap(times[i] as number, t))
    .reduce<Gap | undefined>((best, g) => (best && best.seconds >= g.seconds ? best : g), undefined);
}

/**
 * The longest gap after a fault. A client that cannot connect notes nothing, so the observation ends where the ledger did, not with its last entry.
 * @param injected before the fault's first action
 * @param to until when the clients have tried to write; what was under way then may be acknowledged a little later
 */
export function gapOf(acknowledged: readonly number[], injected: number, to: number): Gap | undefined {
  const from = acknowledged.filter((t) => t >= injected - BEFORE_MS);
  return longestGap(
    from,
    from.reduce((latest, t) => Math.max(latest, t), to),
  );
}

/** Seconds from invocation to acknowledgement of every acknowledged write. */
export function latencies(entries: readonly Entry[]): number[] {
  const invoked = new Map<string, number>();
  const found: number[] = [];
  for (const e of entries) {
    const k = `${e.client}/${e.seq}`;
    if (e.what === "invoke") invoked.set(k, e.at);
    const at = e.what === "ok" ? invoked.get(k) : undefined;
    if (at !== undefined) found.push((e.at - at) / 1000);
  }
  return found;
}

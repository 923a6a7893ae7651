import type { LogEvent } from "./events";

/** Every node logs what the cluster does; entries of one thing lie at most so many milliseconds apart. */
const SAME_MS = 15_000;

/** Milestones of the cluster, each once, whichever nodes have logged it; the first entry counts. Operations are a node's own, and all stay. */
export function once(events: readonly LogEvent[]): LogEvent[] {
  const kept: LogEvent[] = [];
  for (const e of [...events].sort((a, b) => a.at - b.at)) {
    const same = (k: LogEvent): boolean =>
      k.what === e.what && k.subject === e.subject && k.node !== e.node && e.at - k.at < SAME_MS;
    if (e.operation !== undefined || !kept.some(same)) kept.push(e);
  }
  return kept;
}

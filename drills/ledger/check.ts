import type { Entry, Row } from "./entry";

/** A client's highest number was lower than what it had been told before. */
export interface WentBack {
  readonly client: number;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

export interface Verdict {
  readonly attempted: number;
  readonly acknowledged: number;
  /** Their connection died; of these, so many turned out to be there. */
  readonly unknown: number;
  readonly unknownPresent: number;
  readonly refused: number;
  /** Acknowledged, and not there. */
  readonly lost: readonly Row[];
  /** There, though never attempted, or though the server had refused it. */
  readonly phantom: readonly Row[];
  readonly wentBack: readonly WentBack[];
}

const key = (r: Row): string => `${r.client}/${r.seq}`;
const rows = (entries: readonly Entry[], what: Entry["what"]): Map<string, Row> =>
  new Map(entries.filter((e) => e.what === what).map((e) => [key(e), { client: e.client, seq: e.seq }]));

/** Where a client saw less than it had been promised or shown before. Entries of one client, oldest first. */
function backward(entries: readonly Entry[]): WentBack[] {
  const found: WentBack[] = [];
  let highest = 0;
  for (const e of entries) {
    if (e.what === "seen" && e.seq < highest) found.push({ client: e.client, from: highest, to: e.seq, at: e.at });
    // A write that was unknown and is shown is promised from then on.
    if (e.what === "ok" || e.what === "seen") highest = Math.max(highest, e.seq);
  }
  return found;
}

/**
 * Compares what the clients were told with what is there.
 * @param entries of all clients, each client's in the order in which it wrote them
 * @param present every row of the table, read after the last client has ended
 */
export function check(entries: readonly Entry[], present: readonly Row[]): Verdict {
  const there = new Set(present.map(key));
  const invoked = rows(entries, "invoke");
  const ok = rows(entries, "ok");
  const refused = rows(entries, "fail");
  const open = [...invoked.keys()].filter((k) => !ok.has(k) && !refused.has(k));
  const clients = [...new Set(entries.map((e) => e.client))];
  return {
    attempted: invoked.size,
    acknowledged: ok.size,
    unknown: open.length,
    unknownPresent: open.filter((k) => there.has(k)).length,
    refused: refused.size,
    lost: [...ok].filter(([k]) => !there.has(k)).map(([, r]) => r),
    phantom: present.filter((r) => !invoked.has(key(r)) || refused.has(key(r))),
    wentBack: clients.flatMap((c) => backward(entries.filter((e) => e.client === c))),
  };
}

/** Whether the database kept every promise. */
export const kept = (v: Verdict): boolean => v.lost.length === 0 && v.phantom.length === 0 && v.wentBack.length === 0;

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
  /** Acknowledged, or shown to a client, and not there. */
  readonly lost: readonly Row[];
  /** There, or shown to a client, though never attempted, or though the server had refused it; a row that is there twice counts as well. */
  readonly phantom: readonly Row[];
  readonly wentBack: readonly WentBack[];
}

const key = (r: Row): string => `${r.client}/${r.seq}`;
const rows = (entries: readonly Entry[], what: Entry["what"]): Map<string, Row> =>
  new Map(entries.filter((e) => e.what === what).map((e) => [key(e), { client: e.client, seq: e.seq }]));

/**
 * What the server has shown. It was asked for the highest number alone: that row was there and committed, and is promised from then on; of the numbers below it
 * this says nothing.
 */
const shownRows = (entries: readonly Entry[]): Map<string, Row> =>
  rows(
    entries.filter((e) => e.seq > 0),
    "seen",
  );

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
  const first = new Map(present.map((r, i) => [key(r), i] as const).reverse());
  const shown = shownRows(entries);
  const invoked = rows(entries, "invoke");
  const ok = rows(entries, "ok");
  const refused = rows(entries, "fail");
  const open = [...invoked.keys()].filter((k) => !ok.has(k) && !refused.has(k));
  const never = (k: string): boolean => !invoked.has(k) || refused.has(k);
  // A second copy of a row was attempted by nobody: the primary key forbids it.
  const wrong = present.filter((r, i) => never(key(r)) || first.get(key(r)) !== i);
  const promised = new Map([...ok, ...[...shown].filter(([k]) => !never(k))]);
  const clients = [...new Set(entries.map((e) => e.client))];
  return {
    attempted: invoked.size,
    acknowledged: ok.size,
    unknown: open.length,
    unknownPresent: open.filter((k) => first.has(k)).length,
    refused: refused.size,
    lost: [...promised].filter(([k]) => !first.has(k)).map(([, r]) => r),
    phantom: [...wrong, ...[...shown].filter(([k]) => never(k) && !first.has(k)).map(([, r]) => r)],
    wentBack: clients.flatMap((c) => backward(entries.filter((e) => e.client === c))),
  };
}

/** Whether the database kept every promise. */
export const kept = (v: Verdict): boolean => v.lost.length === 0 && v.phantom.length === 0 && v.wentBack.length === 0;

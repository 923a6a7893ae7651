import fc from "fast-check";
import { check, kept } from "../../../drills/ledger/check";
import type { Entry, Row, What } from "../../../drills/ledger/entry";
import { latencies, longestGap, percentile } from "../../../drills/ledger/gaps";
import histories from "./histories.json";

// Made histories: each one in histories.json is one thing that a database could do to its clients.
let clock = 0;
const e = (client: number, what: What, seq: number): Entry => ({ client, what, seq, at: ++clock });
const write = (client: number, seq: number, what: What): Entry[] => [e(client, "invoke", seq), e(client, what, seq)];
const row = (client: number, seq: number): Row => ({ client, seq });

/** "1 ok 2": client 1 was told that its write 2 is durable. What is not named must be empty, or 0. */
interface Made {
  readonly says: string;
  readonly history: readonly string[];
  /** Rows of the table at the end, as client/number. */
  readonly present: readonly string[];
  readonly lost?: readonly string[];
  readonly phantom?: readonly string[];
  readonly unknown?: number;
  readonly wentBack?: readonly string[];
}

const entry = (text: string): Entry => {
  const [client, what, seq] = text.split(" ");
  return e(Number(client), what as What, Number(seq));
};
const rowOf = (text: string): Row => row(...(text.split("/").map(Number) as [number, number]));
const named = (rows: readonly Row[]): string[] => rows.map((r) => `${r.client}/${r.seq}`);

describe("the checker", () => {
  it.each(histories as readonly Made[])("$says", ({ history, present, lost, phantom, unknown, wentBack }) => {
    const v = check(history.map(entry), present.map(rowOf));
    expect({
      lost: named(v.lost),
      phantom: named(v.phantom),
      unknown: v.unknown,
      wentBack: v.wentBack.map((w) => `${w.client}: ${w.from} to ${w.to}`),
    }).toEqual({ lost: lost ?? [], phantom: phantom ?? [], unknown: unknown ?? 0, wentBack: wentBack ?? [] });
    expect(kept(v)).toBe(!lost && !phantom && !wentBack);
  });

  it("counts every loss and every phantom, whatever the history", () => {
    const what = fc.constantFrom<What>("ok", "fail", "unknown");
    const history = fc.array(fc.record({ client: fc.integer({ min: 1, max: 8 }), what, there: fc.boolean() }));
    fc.assert(
      fc.property(history, (writes) => {
        const seqs = writes.map((w, i) => ({ ...w, seq: i + 1 }));
        const entries = seqs.flatMap((w) => write(w.client, w.seq, w.what));
        const v = check(
          entries,
          seqs.filter((w) => w.there).map((w) => row(w.client, w.seq)),
        );
        expect(v.lost.length).toBe(seqs.filter((w) => w.what === "ok" && !w.there).length);
        expect(v.phantom.length).toBe(seqs.filter((w) => w.what === "fail" && w.there).length);
        expect(v.acknowledged + v.refused + v.unknown).toBe(v.attempted);
      }),
    );
  });
});

describe("gaps", () => {
  it("are between acknowledged writes of all clients, and up to the end", () => {
    expect(longestGap([3_000, 1_000, 1_500], 3_100)).toEqual({ from: 1_500, to: 3_000, seconds: 1.5 });
    expect(longestGap([1_000, 1_500], 60_000)).toEqual({ from: 1_500, to: 60_000, seconds: 58.5 });
    expect(longestGap([], 60_000)).toBeUndefined();
  });

  it("have percentiles by nearest rank", () => {
    expect([percentile([5, 1, 4, 2, 3], 50), percentile([5, 1, 4, 2, 3], 95), percentile([], 50)]).toEqual([
      3,
      5,
      undefined,
    ]);
  });

  it("are not latencies: those run from sending to acknowledgement", () => {
    const entry = (what: What, seq: number, at: number): Entry => ({ client: 1, what, seq, at });
    expect(
      latencies([entry("invoke", 1, 0), entry("ok", 1, 250), entry("invoke", 2, 300), entry("unknown", 2, 900)]),
    ).toEqual([0.25]);
  });
});

import fc from "fast-check";
import { check, kept } from "../../../drills/ledger/check";
import type { Entry, Row, What } from "../../../drills/ledger/entry";
import { latencies, longestGap, percentile } from "../../../drills/ledger/gaps";

// Made histories: each sentence is one thing that a database could do to its clients.
let clock = 0;
const e = (client: number, what: What, seq: number): Entry => ({ client, what, seq, at: ++clock });
const write = (client: number, seq: number, what: What): Entry[] => [e(client, "invoke", seq), e(client, what, seq)];
const row = (client: number, seq: number): Row => ({ client, seq });

describe("the checker", () => {
  it("is content when everything acknowledged is there and nothing else", () => {
    const v = check([...write(1, 1, "ok"), ...write(2, 1, "ok")], [row(1, 1), row(2, 1)]);
    expect(v).toMatchObject({ attempted: 2, acknowledged: 2, lost: [], phantom: [], wentBack: [] });
    expect(kept(v)).toBe(true);
  });

  it("finds an acknowledged write that is gone", () => {
    const v = check([...write(1, 1, "ok"), ...write(1, 2, "ok")], [row(1, 1)]);
    expect(v.lost).toEqual([row(1, 2)]);
    expect(kept(v)).toBe(false);
  });

  it("finds a row that nobody wrote", () => {
    const v = check(write(1, 1, "ok"), [row(1, 1), row(1, 2)]);
    expect(v.phantom).toEqual([row(1, 2)]);
    expect(kept(v)).toBe(false);
  });

  it("finds a row that the server had refused", () => {
    expect(check(write(1, 1, "fail"), [row(1, 1)]).phantom).toEqual([row(1, 1)]);
    expect(kept(check(write(1, 1, "fail"), []))).toBe(true);
  });

  it("takes a write whose connection died either way", () => {
    const history = [...write(1, 1, "unknown"), ...write(1, 2, "unknown"), e(2, "invoke", 1)];
    const v = check(history, [row(1, 2)]);
    expect(v).toMatchObject({ unknown: 3, unknownPresent: 1, lost: [], phantom: [] });
    expect(kept(v)).toBe(true);
  });

  it("finds that a client was shown less than it had been promised, even when it is there again at the end", () => {
    const v = check([...write(1, 1, "ok"), e(1, "seen", 0), e(1, "seen", 1)], [row(1, 1)]);
    expect(v.wentBack).toEqual([{ client: 1, from: 1, to: 0, at: expect.any(Number) }]);
    expect(kept(v)).toBe(false);
  });

  it("finds that an unknown write, once shown, was taken back", () => {
    const v = check([...write(1, 1, "unknown"), e(1, "seen", 1), e(1, "seen", 0)], []);
    expect(v.wentBack).toMatchObject([{ from: 1, to: 0 }]);
  });

  it("does not mix up clients", () => {
    expect(kept(check([...write(1, 5, "ok"), e(2, "seen", 0)], [row(1, 5)]))).toBe(true);
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

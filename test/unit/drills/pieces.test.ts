import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogEvent } from "../../../drills/pieces/events";
import { parseEvents } from "../../../drills/pieces/events";
import { counts, pieces, unaccounted } from "../../../drills/pieces/pieces";

// What `journalctl -o short-monotonic` gave on the survivor of a real power cut: Pacemaker 2.1.5 and Corosync 3.1.7 of Debian 12.
const LOG = readFileSync(join(__dirname, "recorded", "journal.powerCut"), "utf8");
const BOOT = 1_700_000_000_000;
const at = (uptime: number): number => BOOT + uptime;
const outage = { injected: at(498_200), firstWrite: at(551_000), victim: "qvddb1" };

describe("where the time went", () => {
  const events = parseEvents(LOG, at);

  it("is read off the survivor's log, on our clock", () => {
    expect(events[0]).toEqual({ at: expect.closeTo(at(503_223.968), 2), what: "token-lost" });
    const table = pieces(events, outage).map((p) => [p.name, p.from.toFixed(1), p.seconds.toFixed(1)]);
    expect(table).toEqual([
      ["membership", "0.0", "11.1"],
      ["decision to fence", "11.1", "2.9"],
      ["fence", "14.0", "7.9"],
      ["of it a delay, by configuration", "14.1", "5.0"],
      ["notifications before promotion", "21.9", "2.2"],
      ["promote", "24.1", "1.6"],
      ["notifications after promotion", "25.7", "1.5"],
      ["file system", "27.3", "2.8"],
      ["address", "30.4", "1.5"],
      ["PostgreSQL", "33.3", "18.9"],
      ["first write", "52.2", "0.6"],
    ]);
    // Between the starts, when Pacemaker throttles; what runs side by side counts once.
    expect(unaccounted(pieces(events, outage), outage)).toBeCloseTo(1.7, 1);
  });

  it("is read off both nodes' logs for a move, from the last write on", () => {
    const moved = JSON.parse(readFileSync(join(__dirname, "recorded", "events.switchOver.json"), "utf8")) as LogEvent[];
    const [injected, firstWrite] = [1_796_079_185_570, 1_796_079_192_202];
    const found = pieces(moved, { injected, firstWrite, victim: "qvddb2" });
    expect(found.map((p) => [p.name, p.from.toFixed(1), p.seconds.toFixed(1)])).toEqual([
      ["stop of PostgreSQL", "0.0", "0.7"],
      ["unmount", "0.8", "0.6"],
      ["address away", "0.9", "0.3"],
      ["demote", "1.4", "0.2"],
      ["promote", "1.8", "0.3"],
      ["notifications after promotion", "2.1", "0.5"],
      ["address", "2.7", "0.5"],
      ["file system", "2.7", "1.1"],
      ["PostgreSQL", "4.0", "2.6"],
    ]);
    expect(unaccounted(found, { injected, firstWrite, victim: "qvddb2" })).toBeLessThan(0.6);
  });

  it("lets the first write end the start of PostgreSQL where the agent is slower to notice", () => {
    const early = pieces(events, { ...outage, firstWrite: at(548_000) });
    expect(early.at(-1)).toMatchObject({ name: "PostgreSQL", seconds: expect.closeTo(16.5, 1) as number });
  });

  it("counts fencings and promotions, and neither what was before the fault nor what failed", () => {
    expect(counts(events, outage.injected)).toEqual({ fencings: 1, fencingFailures: 0, promotions: 1 });
    expect(counts(events, outage.firstWrite)).toEqual({ fencings: 0, fencingFailures: 0, promotions: 0 });
    const failed = LOG.replace("was terminated", "was not terminated").replace(/: OK$/gm, ": No such device");
    expect(counts(parseEvents(failed, at), outage.injected)).toMatchObject({ fencings: 0, fencingFailures: 1 });
  });

  it("counts a request that was merged with one under way as no fencing of its own, and the next of the same client again", () => {
    const log = readFileSync(join(__dirname, "recorded/journal.merged"), "utf8");
    const fenced = (text: string): number => parseEvents(text, at).filter((e) => e.what === "fenced").length;
    expect(fenced(log)).toBe(1);
    expect(
      fenced(
        `${log}${log
          .split("\n")
          .filter((l) => l.includes("terminated"))
          .pop()}\n`,
      ),
    ).toBe(2);
    expect(fenced(log.replace(" (merged)", ""))).toBe(2);
  });

  it("leaves out what the log does not tell", () => {
    expect(pieces([], outage)).toEqual([]);
    expect(unaccounted([], outage)).toBeCloseTo(52.8);
    const noFence = parseEvents(LOG.replace(/.*fenc.*\n/g, "").replace(/.*terminated.*\n/g, ""), at);
    expect(pieces(noFence, outage).map((p) => p.name)).not.toContain("fence");
  });
});

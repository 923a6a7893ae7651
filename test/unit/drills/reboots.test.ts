import { bootsSeen } from "../../../drills/strike/boots";
import type { RawSample } from "../../../drills/invariants/sample";
import type { LogEvent } from "../../../drills/pieces/events";
import { once } from "../../../drills/pieces/once";

const raw = (arrived: number, uptime: number, stream = 1): RawSample => ({ arrived, uptime, stream }) as RawSample;

describe("boots", () => {
  it("are seen where a node's time since boot began anew, after the fault", () => {
    const samples = [raw(0, 50_000), raw(2_000, 52_000), raw(60_000, 9_000), raw(62_000, 11_000), raw(99_000, 5_000)];
    expect(bootsSeen(samples, 1_000)).toEqual([60_000, 99_000]);
    expect(bootsSeen(samples, 70_000)).toEqual([99_000]);
    expect(bootsSeen(samples.slice(0, 2), 0)).toEqual([]);
  });

  it("are seen where the new boot took longer than the old one had lasted", () => {
    expect(bootsSeen([raw(1_000, 40_000), raw(91_000, 70_000, 2)], 0)).toEqual([91_000]);
  });

  it("are none where a node was frozen, or only the connection broke", () => {
    expect(bootsSeen([raw(1_000, 40_000), raw(32_000, 41_000), raw(64_000, 44_000, 2)], 0)).toEqual([]);
    expect(bootsSeen([raw(1_000, 400_000), raw(91_000, 490_000, 2)], 0)).toEqual([]);
  });
});

describe("events of both nodes", () => {
  const fenced = (at: number, node: string, subject = "b"): LogEvent => ({ at, what: "fenced", subject, node });

  it("tell of one fencing once, though both have logged it", () => {
    expect(once([fenced(900, "b"), fenced(0, "a")])).toEqual([fenced(0, "a")]);
  });

  it("tell of two fencings twice", () => {
    expect(once([fenced(0, "a"), fenced(60_000, "a"), fenced(0, "a", "c")])).toHaveLength(3);
    expect(once([fenced(0, "a"), fenced(5_000, "a")])).toHaveLength(2);
  });

  it("keep each node's own operations", () => {
    const start = (node: string): LogEvent => ({ at: 0, what: "started", operation: "start", subject: "p", node });
    expect(once([start("a"), start("b")])).toHaveLength(2);
  });
});

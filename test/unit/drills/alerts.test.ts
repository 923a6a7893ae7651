import { untilQuiet } from "../../../drills/alerts/open";
import { tellings } from "../../../drills/alerts/tellings";
import type { Telling } from "../../../drills/faults/fault";
import { parseEvents } from "../../../drills/pieces/events";

// What the watch's own lines look like to journalctl. Proves how a message is found and timed; that one is sent at all, only a drill can tell.
const LOG = `[  100.000000] qvddb2 qvd-ha[412]: qvddb1 was fenced (reboot)
[  131.500000] qvddb2 qvd-ha[413]: qvddb1 is lost and was not fenced: what it had stays down until it is
[  132.000000] qvddb2 qvd-ha-watch[99]: critical: there is no quorum
[  133.000000] qvddb2 pacemaker-controld[31]:  notice: qvddb1 is lost and was not fenced`;
const at = (uptime: number): number => uptime;
const lost: Telling = { says: "it was not fenced", message: /was not fenced/, within: 60 };

describe("an alert", () => {
  const events = parseEvents(LOG, at);

  it("is what was sent, and nothing that another program says", () => {
    expect(events).toEqual([
      { at: 100_000, what: "alert", subject: "qvddb1 was fenced (reboot)" },
      { at: 131_500, what: "alert", subject: "qvddb1 is lost and was not fenced: what it had stays down until it is" },
    ]);
  });

  it("is timed from the last action", () => {
    expect(tellings([lost], events, 90_000, 101_500)).toEqual([{ says: lost.says, within: 60, after: 30 }]);
  });

  it("is timed from the first fencing where the node dies by that, and is none where nobody was fenced", () => {
    const since: Telling = { ...lost, since: "fenced" };
    const fenced = { at: 121_500, what: "fenced" as const, subject: "qvddb1" };
    const earlier = { ...fenced, at: 80_000 };
    expect(tellings([since], [earlier, ...events, fenced], 90_000, 95_000)).toEqual([
      { says: lost.says, within: 60, after: 10 },
    ]);
    expect(tellings([since], [earlier, ...events], 90_000, 95_000)).toEqual([{ says: lost.says, within: 60 }]);
  });

  it("counts as told at once where the fault was still being made", () => {
    expect(tellings([lost], events, 90_000, 140_000)).toEqual([{ says: lost.says, within: 60, after: 0 }]);
  });

  it.each<[string, readonly [injected: number, struck: number]]>([
    ["of an earlier fault", [132_000, 132_000]],
    ["that comes too late", [60_000, 70_000]],
  ])("%s is none", (_name, [injected, struck]) => {
    expect(tellings([lost], events, injected, struck)).toEqual([{ says: lost.says, within: 60 }]);
  });

  it("is none where an earlier one is over", () => {
    const events = parseEvents("[  131.500000] qvddb2 qvd-ha[413]: over: qvddb1 is lost and was not fenced", at);
    expect(events).toHaveLength(1);
    expect(tellings([lost], events, 90_000, 101_500)).toEqual([{ says: lost.says, within: 60 }]);
  });
});

describe("before a fault", () => {
  const signal = new AbortController().signal;
  const times = { seconds: 0.2, everyMs: 10 };
  const said = (...looks: string[][]): (() => Promise<string[]>) => {
    let n = 0;
    return () => Promise.resolve(looks[Math.min(n++, looks.length - 1)] as string[]);
  };

  it("what it demands must be over; what else is told does not matter", async () => {
    const look = said(["qvddb1 was not fenced", "ring 0 is down"], ["ring 0 is down"]);
    expect(await untilQuiet(look, [lost], signal, times)).toEqual([]);
  });

  it("names what does not come to its end", async () => {
    const look = said(["qvddb1 was not fenced", "ring 0 is down"]);
    expect(await untilQuiet(look, [lost], signal, times)).toEqual(["qvddb1 was not fenced"]);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { parseEvents } from "../../../drills/pieces/events";
import { readEvents } from "../../../drills/pieces/log";
import { orderOf } from "../../../drills/pieces/order";

// Proves what a log is taken for, and when it is no evidence. The recorded one is a real survivor's; the answers of journalctl are stand-ins.
const asked: string[] = [];
let answer: (lines: number) => { code: number; stdout: string; stderr: string };
jest.mock("@qvd-ha/providers/dist/remote", () => ({
  ...jest.requireActual<object>("@qvd-ha/providers/dist/remote"),
  run: async (_c: unknown, [command]: readonly { script: { text: string } }[]) => {
    const text = command?.script.text ?? "";
    asked.push(text);
    return [answer(Number(/-n '?(\d+)/.exec(text)?.[1]))];
  },
}));

const LOG = readFileSync(join(__dirname, "recorded", "journal.powerCut"), "utf8");
const at = (uptime: number): number => uptime;
const node = {} as Connection;
const line = (seconds: number): string =>
  `[${seconds.toFixed(6).padStart(12)}] a corosync[1]:   [TOTEM ] A processor failed, forming new configuration`;
const said = (stdout: string, code = 0): ReturnType<typeof answer> => ({
  code,
  stdout,
  stderr: code ? "no journal" : "",
});

describe("who was fenced and promoted", () => {
  it("is in the survivor's log in that order: the promotion begins when the fencing is done", () => {
    const events = parseEvents(LOG, at).map((e) => ({ ...e, node: "qvddb2" }));
    const order = orderOf(events, 498_200);
    const seconds = (all: readonly { node: string; at: number }[]): string[] =>
      all.map((d) => `${d.node} ${(d.at / 1000).toFixed(0)}`);
    expect(seconds(order.fenced)).toEqual(["qvddb1 520"]);
    expect(seconds(order.promoting)).toEqual(["qvddb2 522"]);
    expect(seconds(order.promoted)).toEqual(["qvddb2 524"]);
    expect(orderOf(events, 600_000)).toEqual({ fenced: [], promoting: [], promoted: [] });
  });

  it("counts a promotion that failed, and none of another resource", () => {
    const of = (what: "ended" | "failed", subject: string): object[] => [
      ...orderOf([{ at: 1, what, operation: "promote", subject, node: "b" }], 0).promoted,
    ];
    expect([of("failed", "p_drbd_postgres"), of("ended", "p_other")]).toEqual([[{ node: "b", at: 1 }], []]);
  });
});

describe("a log", () => {
  beforeEach(() => asked.splice(0));

  it("is read from the fault on", async () => {
    answer = () => said([line(5), line(20)].join("\n"));
    expect((await readEvents(node, 10_000, at)).map((e) => e.at)).toEqual([20_000]);
    expect(asked).toHaveLength(1);
  });

  it("is asked for more where its newest lines do not reach back to the fault", async () => {
    const long = Array.from({ length: 5_000 }, (_, i) => line(i));
    answer = (n) => said(long.slice(-n).join("\n"));
    expect(await readEvents(node, 500_000, at)).toHaveLength(4_500);
    expect(asked).toHaveLength(2);
  });

  it.each([
    [
      "that does not reach back, however much is asked for",
      (n: number) => said(Array.from({ length: n }, () => line(90)).join("\n")),
      /40000 lines do not reach back/,
    ],
    ["that cannot be read", () => said("", 1), /journalctl: no journal/],
    ["that is empty", () => said("\n"), /holds nothing/],
  ])("%s is no evidence", async (_name, given, why) => {
    answer = given;
    await expect(readEvents(node, 10_000, at)).rejects.toThrow(why);
  });
});

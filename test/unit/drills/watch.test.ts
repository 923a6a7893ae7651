import { EventEmitter } from "node:events";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { longestSilence, NodeWatch } from "../../../drills/invariants/watch";

// Proves what becomes of the sampler's lines as they arrive; the connection is a stand-in.
class Channel extends EventEmitter {
  readonly stderr = { resume: (): void => undefined };
  setEncoding(): this {
    return this;
  }
}
let channels: Channel[];
jest.mock("@qvd-ha/providers/dist/remote/ssh", () => ({
  open: async () => {
    const client = new EventEmitter();
    return Object.assign(client, {
      destroy: () => undefined,
      exec: (_script: string, ready: (e: undefined, c: Channel) => void) => {
        const channel = new Channel();
        ready(undefined, channel);
        channels.push(channel);
      },
    });
  },
}));

const line = (uptime: number, version: string): string =>
  `S ${uptime} 1700000000.5 Connected Secondary/Primary UpToDate/UpToDate - 0 0 0 ${version}\n`;
const cib = (epoch: number, value: string): string =>
  `C <cib epoch="${epoch}" admin_epoch="0"><configuration><nvpair id="x" value="${value}"/></configuration></cib>\n`;

describe("the watch of a node", () => {
  it("puts to each sample what the configuration said then, however the lines are cut on their way", async () => {
    channels = [];
    const watch = new NodeWatch("a", {} as Connection, { address: "10.0.0.9", port: 5432 });
    while (channels.length === 0) await new Promise((r) => setTimeout(r, 5));
    const text = line(1, "-") + cib(3, "one") + line(2, "0.3") + line(3, "0.3") + cib(4, "two") + line(4, "0.4");
    for (let i = 0; i < text.length; i += 7) channels[0]?.emit("data", text.slice(i, i + 7));
    await watch.stop();
    expect(watch.samples.map((s) => s.configuration)).toEqual([undefined, "0.3", "0.3", "0.4"]);
    const contents = watch.samples.map((s) => s.content);
    expect(contents[0]).toBeUndefined();
    expect(contents[1]).toMatch(/^[0-9a-f]{12}$/);
    expect(contents[2]).toBe(contents[1]);
    expect(contents[3]).not.toBe(contents[1]);
  });

  it("may be silent for as long as a broken connection takes to be noticed and made anew", () => {
    expect([longestSilence(1), longestSilence(10)]).toEqual([40_000, 80_000]);
  });
});

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { invariants } from "../../../drills/invariants/rules";
import type { RawSample } from "../../../drills/invariants/sample";
import { parseSample, samplerScript } from "../../../drills/invariants/sample";
import type { Sample } from "../../../drills/invariants/time";
import { ourTime, place } from "../../../drills/invariants/time";

const PRIMARY = { role: "Primary", mounted: true, postmaster: true, address: true };
const sample = (node: string, at: number, more: Partial<Sample> = {}): Sample => ({
  node,
  stream: 1,
  arrived: at,
  uptime: at,
  clock: at,
  at,
  connection: "Connected",
  role: "Secondary",
  disk: "UpToDate",
  peerDisk: "UpToDate",
  mounted: false,
  postmaster: false,
  address: false,
  ...more,
});
const broken = (a: Sample[], b: Sample[]): string[] => invariants({ a, b }).violations.map((v) => v.rule);

describe("the invariants", () => {
  it("hold over a failover, though samples of the two nodes lie close together", () => {
    const a = [0, 2000].map((t) => sample("a", t, PRIMARY));
    const b = [sample("b", 1900), sample("b", 2100, PRIMARY), sample("b", 4100, PRIMARY)];
    expect(broken(a, b)).toEqual([]);
  });

  it("are broken where one node was Primary before and after a moment at which the other was", () => {
    const a = [0, 2000, 4000].map((t) => sample("a", t, PRIMARY));
    expect(broken(a, [sample("b", 3000, PRIMARY)])).toEqual([
      "DRBD Primary",
      "file system mounted",
      "postmaster",
      "database address",
    ]);
  });

  it("say nothing about a time without samples: the node may have been dead and back", () => {
    const a = [sample("a", 0, PRIMARY), sample("a", 20_000, PRIMARY)];
    const rebooted = [sample("a", 0, PRIMARY), sample("a", 3_000, { ...PRIMARY, stream: 2 })];
    expect(broken(a, [sample("b", 10_000, PRIMARY)])).toEqual([]);
    expect(broken(rebooted, [sample("b", 1_500, PRIMARY)])).toEqual([]);
  });

  it("want the address only where DRBD is Primary", () => {
    expect(broken([sample("a", 0, { address: true })], [])).toEqual(["address only where promoted"]);
  });

  it("want one generation of the data", () => {
    const of = (node: string, generation: string): Sample[] =>
      [0, 2000].map((t) => sample(node, t + (node === "b" ? 1000 : 0), { generation }));
    expect(broken(of("a", "1"), of("b", "1"))).toEqual([]);
    expect(broken(of("a", "1"), of("b", "2"))).toEqual(["one generation of the data"]);
  });

  it("do not take a standby node that was cut off, and is only behind, for split data", () => {
    const at = (node: string, t: number, generation: string): Sample =>
      sample(node, t, { generation, connection: t < 2000 ? "Connected" : "WFConnection" });
    const behind = [0, 1000, 2000, 3000, 4000].map((t) => at("b", t, "1"));
    const ahead = [0, 1000].map((t) => at("a", t, "1")).concat([2000, 3000, 4000].map((t) => at("a", t, "2")));
    expect(broken(ahead, behind)).toEqual([]);
    const alone = [0, 1000].map((t) => at("b", t, "1")).concat([2000, 3000, 4000].map((t) => at("b", t, "3")));
    expect(broken(ahead, alone)).toEqual(["one generation of the data"]);
  });

  it("want no StandAlone that stays", () => {
    const alone = [0, 2000, 4000].map((t) => sample("a", t, { connection: "StandAlone" }));
    expect(broken(alone, [])).toEqual(["no StandAlone"]);
    expect(broken(alone.slice(0, 1), [])).toEqual([]);
  });
});

describe("the time of samples", () => {
  const raw = (uptime: number, arrived: number, clock = uptime, stream = 1): RawSample =>
    ({ ...sample("a", 0), uptime, arrived, clock, stream }) as RawSample;

  it("does not depend on how long they took to arrive", () => {
    expect(place([raw(0, 1_050), raw(2_000, 5_900), raw(4_000, 5_910)]).map((s) => s.at)).toEqual([
      1_050, 3_050, 5_050,
    ]);
  });

  it("is taken anew after a boot, and after a stop of the whole machine", () => {
    expect(place([raw(50_000, 60_000), raw(1_000, 90_000, 0, 2)]).map((s) => s.at)).toEqual([60_000, 90_000]);
    expect(place([raw(0, 1_000), raw(2_000, 33_000)]).map((s) => s.at)).toEqual([1_000, 33_000]);
  });

  it("follows a node whose clock is slewed, as its time since boot is slewed with it", () => {
    const fast = Array.from({ length: 60 }, (_, i) => raw(i * 2_160, i * 2_000));
    const worst = Math.max(...place(fast).map((s) => Math.abs(s.at - s.arrived)));
    expect(worst).toBeLessThan(2_500);
  });

  it("is ours for any moment of the present boot, wherever the node's clock stands", () => {
    const before = [raw(700_000, 1_000)];
    const after = [raw(10_000, 90_000, 0, 2), raw(12_000, 93_000, 6_000_000, 2), raw(50_000, 160_000, 0, 3)];
    const at = ourTime([...before, ...after]);
    expect([9_000, 11_000, 49_000].map((t) => at?.(t))).toEqual([89_000, 91_000, 159_000]);
    expect(ourTime([])).toBeUndefined();
  });
});

describe("the sampler", () => {
  it("reads DRBD's words, and forgets the bit of the generation that only tells the role", () => {
    const line = "S 93.10 1700000000.500000 Connected Primary/Secondary UpToDate/UpToDate 0x91FE2BD1DA3F9B55 1 1 1";
    expect(parseSample(line, "a", 1, 5)).toEqual({
      node: "a",
      stream: 1,
      arrived: 5,
      uptime: 93_100,
      clock: 1_700_000_000_500,
      connection: "Connected",
      role: "Primary",
      disk: "UpToDate",
      peerDisk: "UpToDate",
      generation: "91fe2bd1da3f9b54",
      mounted: true,
      postmaster: true,
      address: true,
    });
    expect(parseSample("bash: warning", "a", 1, 5)).toBeUndefined();
  });

  // A real bash on this machine: it proves the loop, its reading of addresses and ports, and its end, not DRBD's files.
  async function firstSample(address: string, port: number): Promise<{ sample?: RawSample; code: number | null }> {
    const bash = spawn("bash", ["-c", samplerScript(address, port, 0.1).text], { stdio: ["pipe", "pipe", "inherit"] });
    const line = await new Promise<string>((r) => bash.stdout.once("data", (d: Buffer) => r(d.toString())));
    const code = await new Promise<number | null>((r) => {
      bash.once("close", r);
      bash.stdin.end();
    });
    return { sample: parseSample(line.split("\n")[0] ?? "", "here", 1, Date.now()), code };
  }

  it("sees a listening port and a local address, only those, and ends with its connection", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((r) => server.once("listening", r));
    const { port } = server.address() as AddressInfo;
    const up = await firstSample("127.0.0.1", port);
    await new Promise((r) => server.close(r));
    const down = await firstSample("127.0.0.2", port);
    expect(up).toMatchObject({ code: 0, sample: { postmaster: true, address: true, mounted: false } });
    expect(down).toMatchObject({ code: 0, sample: { postmaster: false, address: false } });
    expect(Math.abs((up.sample?.clock ?? 0) - Date.now())).toBeLessThan(10_000);
  });
});

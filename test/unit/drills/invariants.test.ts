import { spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfiguration } from "../../../drills/invariants/configuration";
import { coverage } from "../../../drills/invariants/coverage";
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

  it("want no address where DRBD is down, once it was seen to be there", () => {
    const down = { role: undefined, connection: undefined, disk: undefined, peerDisk: undefined };
    expect(broken([sample("a", 0), sample("a", 1000, { ...down, address: true })], [])).toEqual([
      "address only where promoted",
    ]);
    expect(broken([sample("a", 0), sample("a", 1000, down)], [])).toEqual([]);
  });

  it("say nothing of the address where DRBD is one that no sample describes", () => {
    expect(broken([sample("a", 0, { role: undefined, address: true })], [])).toEqual([]);
  });

  it("hold while a node hands over: the address goes before DRBD is demoted, and comes after it was promoted", () => {
    const a = [sample("a", 0, PRIMARY), sample("a", 1000, { role: "Primary" }), sample("a", 2000)];
    const b = [sample("b", 500), sample("b", 2500, { role: "Primary" }), sample("b", 3500, PRIMARY)];
    expect(broken(a, b)).toEqual([]);
  });

  describe("want one configuration:", () => {
    const holds = (
      node: string,
      from: number,
      to: number,
      configuration: string,
      more: Partial<Sample> = {},
    ): Sample[] => {
      const half = node === "b" ? 500 : 0;
      const times = Array.from({ length: (to - from) / 1000 }, (_, i) => from + i * 1000 + half);
      return times.map((t) => sample(node, t, { configuration, content: `c${configuration}`, ...more }));
    };

    it("the other one may be behind for a moment, again and again", () => {
      const a = [
        ...holds("a", 0, 20_000, "0.5"),
        ...holds("a", 20_000, 90_000, "0.6"),
        ...holds("a", 90_000, 160_000, "0.7"),
      ];
      const b = [
        ...holds("b", 0, 60_000, "0.5"),
        ...holds("b", 60_000, 130_000, "0.6"),
        ...holds("b", 130_000, 160_000, "0.7"),
      ];
      expect(broken(a, b)).toEqual([]);
    });

    it("not for more than a minute, however often it changes meanwhile", () => {
      const changing = [0, 1, 2, 3].flatMap((n) => holds("a", n * 20_000, (n + 1) * 20_000, `0.${5 + n}`));
      expect(broken(changing, holds("b", 0, 80_000, "0.4"))).toEqual(["one configuration"]);
      expect(broken(changing.slice(0, 55), holds("b", 0, 55_000, "0.4"))).toEqual([]);
    });

    it("one version has one content, from the first moment on", () => {
      const other = holds("b", 0, 3_000, "0.5", { content: "else" });
      expect(broken(holds("a", 0, 3_000, "0.5"), other)).toEqual(["one configuration"]);
      expect(broken(holds("a", 0, 3_000, "0.5"), holds("b", 0, 3_000, "0.5"))).toEqual([]);
      expect(broken(holds("a", 0, 3_000, "0.5"), holds("b", 0, 3_000, "0.5", { content: undefined }))).toEqual([]);
    });

    it("of nodes that are one cluster, as far as their disks tell", () => {
      const apart = { connection: "WFConnection", content: "else" };
      expect(broken(holds("a", 0, 90_000, "0.5"), holds("b", 0, 90_000, "0.5", apart))).toEqual([]);
      expect(broken(holds("a", 0, 90_000, "0.6"), holds("b", 0, 90_000, "0.5", apart))).toEqual([]);
      const syncing = { connection: "SyncTarget" };
      expect(broken(holds("a", 0, 90_000, "0.6"), holds("b", 0, 90_000, "0.5", syncing))).toEqual([
        "one configuration",
      ]);
    });

    it("a time without samples is not counted", () => {
      const a = [...holds("a", 0, 40_000, "0.6"), ...holds("a", 100_000, 140_000, "0.6")];
      const b = [...holds("b", 0, 40_000, "0.5"), ...holds("b", 100_000, 140_000, "0.5")];
      expect(broken(a, b)).toEqual([]);
    });
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
    const line =
      "S 93.10 1700000000.500000 Connected Primary/Secondary UpToDate/UpToDate 0x91FE2BD1DA3F9B55 1 1 1 0.12";
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
      configuration: "0.12",
    });
    expect(parseSample("bash: warning", "a", 1, 5)).toBeUndefined();
  });

  // A real bash on this machine: it proves the loop, its reading of addresses and ports, and its end, not DRBD's files.
  async function firstSample(address: string, port: number): Promise<{ sample?: RawSample; code: number | null }> {
    const script = samplerScript(address, port, 0.1, "/nowhere").text;
    const bash = spawn("bash", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
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

  it("prints the configuration when it has changed, and its version in every line", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "cib-")), "cib.xml");
    const cib = (epoch: number, value: string): string =>
      `<cib crm_feature_set="3.16.2" epoch="${epoch}" num_updates="0" admin_epoch="0" dc-uuid="1">\n  <configuration>\n    <nvpair id="x" value="${value}"/>\n  </configuration>\n</cib>\n`;
    writeFileSync(file, cib(12, "1"));
    const bash = spawn("bash", ["-c", samplerScript("127.0.0.2", 1, 0.1, file).text], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines: string[] = [];
    const until = async (n: number): Promise<void> => {
      const from = lines.length;
      while (lines.slice(from).filter((l) => l.startsWith("S ")).length < n)
        await new Promise((r) => setTimeout(r, 20));
    };
    bash.stdout.on("data", (d: Buffer) => lines.push(...d.toString().split("\n").filter(Boolean)));
    await until(2);
    writeFileSync(`${file}.new`, cib(13, "2"));
    renameSync(`${file}.new`, file);
    await until(3);
    rmSync(file);
    await until(3);
    bash.stdin.end();
    const known = lines.flatMap((l) => parseConfiguration(l) ?? []);
    expect(known.map((k) => k.version)).toEqual(["0.12", "0.13"]);
    expect(known[0]?.digest).not.toBe(known[1]?.digest);
    const versions = lines.flatMap((l) => {
      const s = parseSample(l, "a", 1, 0, known[1]);
      return s ? [`${s.configuration} ${s.content === undefined ? "?" : "known"}`] : [];
    });
    expect([versions[0], [...new Set(versions)]]).toEqual(["0.12 ?", ["0.12 ?", "0.13 known", "undefined ?"]]);
  });
});

describe("a configuration", () => {
  const line = (attrs: string, root = 'epoch="3" admin_epoch="1"', rest = ""): string =>
    `C <cib ${root}>  <configuration> <primitive ${attrs}/></configuration>${rest}</cib>`;
  const digest = (l: string): string | undefined => parseConfiguration(l)?.digest;

  it("is what it says, however it is written and whoever wrote it when", () => {
    const one = digest(line('id="a" class="ocf"'));
    expect(
      digest(line('class="ocf"  id="a"', 'admin_epoch="1" epoch="3" dc-uuid="2" cib-last-written="x"', "<status/>")),
    ).toBe(one);
    expect(digest(line('id="a" class="lsb"'))).not.toBe(one);
    expect(parseConfiguration(line('id="a"'))?.version).toBe("1.3");
  });

  it.each(["C ", "C <cib", "C <cib epoch='1' admin_epoch='1'/>", "S 1 2"])("is not in %j", (l) => {
    expect(parseConfiguration(l)).toBeUndefined();
  });
});

describe("how much of the time a node was sampled", () => {
  const every = (from: number, to: number, more: Partial<Sample> = {}, uptime = from): Sample[] =>
    Array.from({ length: (to - from) / 1000 }, (_, i) =>
      sample("a", from + i * 1000, { uptime: uptime + i * 1000, ...more }),
    );
  const seen = (samples: Sample[], to = 100_000): { up: number; sampled: number; holes: number[] } => {
    const { up, sampled, holes } = coverage(samples, 0, to, 1);
    return { up: Math.round(up), sampled: Math.round(sampled), holes: holes.map((h) => Math.round(h.seconds)) };
  };

  it("is all of it where samples never pause for long", () => {
    expect(seen(every(0, 101_000))).toEqual({ up: 100, sampled: 100, holes: [] });
  });

  it("leaves out a pause, and finds one that no broken connection explains", () => {
    expect(seen([...every(0, 41_000), ...every(60_000, 101_000)])).toEqual({ up: 100, sampled: 80, holes: [] });
    expect(seen([...every(0, 31_000), ...every(80_000, 101_000)])).toEqual({ up: 100, sampled: 50, holes: [50] });
  });

  it("does not count while it was off or frozen", () => {
    const back = every(80_000, 101_000, { stream: 2 }, 20_000);
    expect(seen([...every(0, 21_000), ...back])).toEqual({ up: 40, sampled: 40, holes: [] });
    const thawed = every(60_000, 101_000, {}, 21_000);
    expect(seen([...every(0, 21_000), ...thawed])).toEqual({ up: 61, sampled: 61, holes: [] });
  });

  it("finds a node that was back long before anybody looked", () => {
    const late = every(400_000, 410_000, { stream: 2 }, 300_000);
    expect(seen([...every(0, 21_000), ...late], 409_000).holes).toEqual([120]);
  });

  it("finds what lies before the first sample and after the last, and that there was none at all", () => {
    expect(seen(every(45_000, 101_000)).holes).toEqual([45]);
    expect(seen(every(0, 50_000)).holes).toEqual([51]);
    expect(seen([])).toEqual({ up: 100, sampled: 0, holes: [100] });
  });
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { consentName, refusal } from "../../../drills/consent";
import { faultNamed, faults, setOf } from "../../../drills/faults";
import type { Fault } from "../../../drills/faults/fault";
import { list } from "../../../drills/list";
import { seen } from "../../../drills/seen";
import { sentence } from "../../../drills/sentence";
import { lacksSince } from "../../../drills/strike/strike";

// Proves that the list is whole and each fault well formed; what a fault does to a cluster, only a drill can tell.
const ROOT = join(__dirname, "..", "..", "..", "drills", "faults");

/** The numbers of the list of faults to survive; 31c is the device that lies, found out by its test, and by fencing for real. */
const NUMBERS =
  "1 2 3 3b 4 5 5b 6 7 8 9 10 11 12 13 14 15 15b 16 17 18 19 19b 20 21 22 23 23b 24 25 26 27 28 29 30 31 31c 32 33 33b";

describe("the faults", () => {
  it("cover the whole list, and the HOWTO's two reboots and its move", () => {
    expect(new Set(faults.map((f) => f.number))).toEqual(new Set([...NUMBERS.split(" "), "H1", "H2", "H3"]));
  });

  it("are counted against redundancy from when they struck or were taken back; an hour in which nothing is done is not", () => {
    const since = (name: string, takenBack: boolean): number => lacksSince(faultNamed(name), takenBack, 1000);
    expect(since("power-cut", false)).toBe(1000);
    expect(since("ring-0-down", true)).toBeGreaterThan(1000);
    expect(since("quiet-hour", false)).toBeGreaterThan(1000);
  });

  it("are all reached from the index", () => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter((d) => d.isDirectory());
    for (const { name } of folders)
      for (const file of readdirSync(join(ROOT, name))) {
        const exported = Object.values(jest.requireActual<Record<string, Fault | Fault[]>>(join(ROOT, name, file)));
        for (const f of exported.flat()) expect(faults).toContain(f);
      }
  });

  it("have names of their own, which make and a file name bear", () => {
    expect(new Set(faults.map((f) => f.name)).size).toBe(faults.length);
    for (const f of faults) expect(f.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(() => faultNamed("flood")).toThrow(/power-cut/);
  });

  it("hold the quick set that CI drills", () => {
    expect(setOf("quick").map((f) => f.number)).toEqual(["1", "2", "9", "11", "18", "19", "24", "31", "H2"]);
  });

  it("say why nothing serves, and tell somebody, wherever the right answer is to stay down, and are told in words", () => {
    for (const f of faults.filter((x) => x.expect.staysDown !== undefined)) {
      expect(f.expect.shows?.length).toBeGreaterThan(0);
      expect(f.expect.tells?.length).toBeGreaterThan(0);
      expect(f.expect.completes).toBeDefined();
    }
    expect(sentence(faultNamed("fence-device-down"))).toBe(
      'it stays down for at least 60 s, then the standby node serves after "let all packets pass again"; the active node is fenced once; ' +
        "make status says within 60 s that the dead node is unclean; an alert says within 60 s that the dead node was not fenced; both nodes are whole within 600 s",
    );
  });

  it("say in words what the disks, the fail-count and the split brain must show", () => {
    expect(sentence(faultNamed("standby-disk-slow"))).toMatch(
      /nobody is promoted; half of the writes take 0\.5 s at least; /,
    );
    expect(sentence(faultNamed("postmaster-killed-again"))).toMatch(
      /within 120 s that the server has a fail-count; make status says within 300 s that the server has no fail-count any more/,
    );
    expect(sentence(faultNamed("split-brain"))).toMatch(/keeps its own data, for 60 s; /);
    expect(sentence(faultNamed("file-system-full"))).toMatch(
      /DRBD is promoted once at most; within 120 s make doctor says that the file system is full; /,
    );
  });

  it("look first whether a cluster has what they need: device-mapper, a fence device on a network", () => {
    expect(faults.filter((f) => f.needs).map((f) => f.name)).toEqual([
      "active-disk-errors",
      "standby-disk-errors",
      "standby-disk-slow",
      "active-disk-slow",
      "fence-device-down",
    ]);
  });

  it("cut each direction of the rings off, and leave each node alone after both were off", () => {
    const [out, into] = ["one-way", "one-way-in"].map((n) => JSON.stringify(faultNamed(n).does)) as [string, string];
    expect([out, into].map((t) => [/hook output/.test(t), /hook input/.test(t)])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(JSON.stringify(faultNamed("only-standby-back").does.at(-1))).toMatch(/"on":"standby"/);
    expect(faultNamed("only-standby-back").expect.completes).toMatchObject([{ on: "standby" }]);
  });

  it("say where a node boots, and where nobody is promoted", () => {
    expect(sentence(faultNamed("reboot"))).toContain("; nobody is fenced; the active node boots anew; an alert says");
    expect(sentence(faultNamed("ring-flaps"))).toContain("; nobody is fenced; nobody is promoted; both nodes");
    expect(sentence(faultNamed("power-cut"))).not.toContain("nobody is promoted");
  });

  it("take back whatever does not go away by itself", () => {
    const lasting = faults
      .flatMap((f) => f.does)
      .filter((a) => /nft|tc qdisc|fsfreeze|dmsetup (create|load)|date -u|STOP/.test(JSON.stringify(a)));
    expect(lasting.length).toBeGreaterThan(10);
    expect(lasting.filter((a) => a.says.includes("dm-error"))).toHaveLength(2);
    expect(lasting.filter((a) => a.says.includes("500 ms longer (dm-delay)"))).toHaveLength(2);
    for (const a of lasting.filter((x) => x.says !== "let all packets pass again"))
      expect(a.undo?.length ?? 0).toBeGreaterThan(0);
  });
});

describe("the list", () => {
  it("says of each fault whether it was ever seen", () => {
    const known = faults.filter((f) => seen()[f.name]);
    const text = list();
    expect(text.match(/NEVER SEEN/g) ?? []).toHaveLength(faults.length - known.length);
    expect(text.match(/came as expected on real guests/g) ?? []).toHaveLength(known.length);
  });

  it("knows only faults that there are", () => {
    for (const name of Object.keys(seen())) expect(() => faultNamed(name)).not.toThrow();
  });
});

describe("consent", () => {
  const cut = faultNamed("power-cut");
  const wanted = consentName("qvd", "10.0.0.9");

  it("is not asked in the embedded lab", () => {
    expect(refusal(faultNamed("corruption"), true, wanted, undefined)).toBeUndefined();
  });

  it("must name exactly this cluster", () => {
    expect(refusal(cut, false, wanted, undefined)).toMatch(/CONSENT=qvd@10\.0\.0\.9/);
    expect(refusal(cut, false, wanted, "qvd@10.0.0.8")).toMatch(/the consent given is for "qvd@10\.0\.0\.8"/);
    expect(refusal(cut, false, wanted, "qvd@10.0.0.9")).toBeUndefined();
  });

  it("does not help a fault that risks data", () => {
    expect(refusal(faultNamed("corruption"), false, wanted, "qvd@10.0.0.9")).toMatch(/embedded lab only/);
  });
});

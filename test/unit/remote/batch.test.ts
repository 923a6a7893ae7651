import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Batch, Execution } from "../../../providers/remote/batch";
import { collecting, pack } from "../../../providers/remote/batch";
import type { Answer, Command } from "../../../providers/remote";
import { raw, Secret, sh } from "../../../providers/remote";

// Proves what a real bash makes of a batch; it does not prove anything about SSH (test/host does).
function runLocally(commands: Command[], stopOnFailure = false): Answer[] {
  const batch = pack(commands, { stopOnFailure });
  const done = spawnSync("bash", ["-c", batch.exec], { input: batch.stdin, encoding: "utf8" });
  return batch.parse(done.stdout, done.stderr);
}

describe("a batch", () => {
  it("gives each command's own output, error text and exit status", () => {
    const answers = runLocally([
      { script: sh`echo one` },
      { script: sh`echo two >&2; exit 3` },
      { script: sh`printf three` },
    ]);
    expect(answers).toEqual([
      { code: 0, stdout: "one\n", stderr: "" },
      { code: 3, stdout: "", stderr: "two\n" },
      { code: 0, stdout: "three", stderr: "" },
    ]);
  });

  it("stops at the first failure when told so, and the answers end there", () => {
    const answers = runLocally([{ script: sh`true` }, { script: sh`false` }, { script: sh`echo never` }], true);
    expect(answers.map((a) => a.code)).toEqual([0, 1]);
  });

  it("runs scripts under errexit, nounset and pipefail", () => {
    const codes = runLocally([
      { script: sh`false; true` },
      { script: sh`false | true` },
      { script: raw('echo "$unset_x"') },
    ]);
    expect(codes.map((a) => a.code !== 0)).toEqual([true, true, true]);
  });

  it("ends a command that takes too long with 124 and goes on", () => {
    const answers = runLocally([{ script: sh`sleep 20`, timeoutSeconds: 1 }, { script: sh`echo on` }]);
    expect(answers.map((a) => a.code)).toEqual([124, 0]);
  });

  it("gives every command exactly its own standard input, whatever the bytes and whether it reads them or not", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (inputs) => {
        const answers = runLocally(inputs.map((stdin, i) => ({ script: i % 2 ? sh`cat` : sh`cat; true`, stdin })));
        expect(answers.map((a) => a.stdout)).toEqual(inputs);
      }),
      { numRuns: 25 },
    );
  });

  it("shows no secret in the script, only in the data behind it", () => {
    const batch = pack([{ script: sh`cat`, stdin: new Secret("s3cr3t-value") }]);
    const scriptLength = Number(/head -c (\d+)/.exec(batch.exec)?.[1]);
    expect(batch.exec).not.toContain("s3cr3t-value");
    expect(batch.stdin.subarray(0, scriptLength).toString()).not.toContain("s3cr3t-value");
    expect(batch.stdin.subarray(scriptLength).toString()).toBe(`s3cr3t-value${batch.nonce}\n`);
  });

  it("waits for a batch of the same name, and for no other", async () => {
    const start = (name: string, script: string): Promise<number> => {
      const batch = pack([{ script: raw(script) }], { stopOnFailure: true, lock: name });
      return new Promise((resolve) => {
        const child = spawn("bash", ["-c", batch.exec], { stdio: ["pipe", "ignore", "ignore"] });
        child.once("close", () => resolve(Date.now()));
        child.stdin.end(batch.stdin);
      });
    };
    const first = start("unit test one", "sleep 2");
    await new Promise((r) => setTimeout(r, 500));
    const [same, other] = await Promise.all([start("unit test one", "true"), start("unit test two", "true")]);
    expect(same).toBeGreaterThanOrEqual(await first);
    expect(other).toBeLessThan(await first);
  });

  it.each([
    ["for the session", {}],
    ["detached", { lock: "unit test whole" }],
  ])("runs nothing before all of it has come, %s", (_, options) => {
    const file = join(mkdtempSync(join(tmpdir(), "batch-")), "ran");
    const batch = pack([{ script: sh`touch ${file}` }, { script: sh`cat >>${file}`, stdin: "data" }], options);
    const whole = batch.stdin.length;
    // Every length near a border of what is sent, and some between.
    const borders = [batch.stdin.indexOf("exit 0\n"), Number(/head -c (\d+)/.exec(batch.exec)?.[1]), whole];
    const lengths = [0, 1, ...borders.flatMap((b) => [b - 60, b - 6, b - 2, b - 1, b, b + 1])].filter((n) => n < whole);
    for (const n of lengths) {
      const done = spawnSync("bash", ["-c", batch.exec], { input: batch.stdin.subarray(0, n), encoding: "utf8" });
      expect({ n, status: done.status, ran: existsSync(file) }).toEqual({ n, status: 75, ran: false });
    }
    spawnSync("bash", ["-c", batch.exec], { input: batch.stdin });
    expect(readFileSync(file, "utf8")).toBe("data");
  });

  it("is refused, and runs nothing, where another batch of that name has run since the object was read", () => {
    const name = `unit test stale ${process.pid}`;
    const local = (b: Batch): string => spawnSync("bash", ["-c", b.exec], { input: b.stdin, encoding: "utf8" }).stdout;
    const read = pack([{ script: sh`true` }], { after: name });
    const seen = read.mark(local(read));
    expect(seen).toBe("");
    const first = pack([{ script: sh`echo one` }], { lock: name, seen });
    expect(first.parse(local(first), "")).toHaveLength(1);
    const second = pack([{ script: sh`echo two` }], { lock: name, seen });
    const said = local(second);
    expect([second.stale(said), second.parse(said, "")]).toEqual([true, []]);
    const again = pack([{ script: sh`true` }], { after: name });
    const said2 = local(again);
    expect([again.mark(said2), again.parse(said2, "")]).toEqual([first.nonce, [{ code: 0, stdout: "", stderr: "" }]]);
  });

  it("never runs after its client was told that it did not", () => {
    const name = `unit test void ${process.pid}`;
    const local = (e: Execution): string =>
      spawnSync("bash", ["-c", e.exec], { input: e.stdin, encoding: "utf8" }).stdout;
    const first = pack([{ script: sh`true` }], { lock: name });
    local(first);
    const late = pack([{ script: sh`echo ran` }], { lock: name, seen: first.nonce });
    expect(late.mark(local(collecting(late, name)))).toBe(first.nonce);
    const said = local(late);
    expect([late.stale(said), late.parse(said, "")]).toEqual([true, []]);
  });

  it("leaves nothing behind in memory", () => {
    const [answer] = runLocally([{ script: sh`readlink /proc/self/fd/0`, stdin: "x" }]);
    const file = answer?.stdout.trim() ?? "";
    expect(file).toMatch(/^\/run\/qvd-ha\.\w+\/0$/);
    expect(existsSync(file)).toBe(false);
  });

  it("takes away what a batch that was killed outright left in memory, and nothing of one that is at work", async () => {
    const start = (script: string) => {
      const batch = pack([{ script: raw(script), stdin: "secret" }]);
      const child = spawn("bash", ["-c", batch.exec], { stdio: ["pipe", "pipe", "ignore"] });
      const file = new Promise<string>((resolve) =>
        child.stdout.once("data", (d: Buffer) => resolve(String(d).trim())),
      );
      child.stdin.end(batch.stdin);
      return { child, file };
    };
    const [killed, working] = [1, 2].map(() => start("readlink /proc/self/fd/0; sleep 3"));
    const [left, kept] = await Promise.all([killed?.file, working?.file]);
    killed?.child.kill("SIGKILL");
    await new Promise((r) => killed?.child.once("exit", r));
    expect([existsSync(left as string), existsSync(kept as string)]).toEqual([true, true]);
    runLocally([{ script: sh`true` }]);
    expect([existsSync(left as string), existsSync(kept as string)]).toEqual([false, true]);
    await new Promise((r) => working?.child.once("close", r));
    expect(existsSync(kept as string)).toBe(false);
  });
});

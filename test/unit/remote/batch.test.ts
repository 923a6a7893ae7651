import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { pack } from "../../../providers/remote/batch";
import type { Answer, Command } from "../../../providers/remote";
import { raw, Secret, sh } from "../../../providers/remote";

// Proves what a real bash makes of a batch; it does not prove anything about SSH (test/host does).
function runLocally(commands: Command[], stopOnFailure = false): Answer[] {
  const batch = pack(commands, stopOnFailure);
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
    const batch = pack([{ script: sh`cat`, stdin: new Secret("s3cr3t-value") }], true);
    const scriptLength = Number(/head -c (\d+)/.exec(batch.exec)?.[1]);
    expect(batch.exec).not.toContain("s3cr3t-value");
    expect(batch.stdin.subarray(0, scriptLength).toString()).not.toContain("s3cr3t-value");
    expect(batch.stdin.subarray(scriptLength).toString()).toBe("s3cr3t-value");
  });

  it("waits for a batch of the same name, and for no other", async () => {
    const start = (name: string, script: string): Promise<number> => {
      const batch = pack([{ script: raw(script) }], true, name);
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

  it("leaves nothing behind in memory", () => {
    const [answer] = runLocally([{ script: sh`readlink /proc/self/fd/0`, stdin: "x" }]);
    const file = answer?.stdout.trim() ?? "";
    expect(file).toMatch(/^\/run\/qvd-ha\.\w+\/0$/);
    expect(existsSync(file)).toBe(false);
  });
});

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeAll, raw, run, sh, StaleError } from "@qvd-ha/providers/dist/remote";
import { Sshd } from "./support/sshd";

// Proves, with a real sshd and real processes, what becomes of commands whose connection is lost, or whose client is killed, at a moment the test chooses.
// systemd's part (a unit of their own) is proved on real machines (test/e2e/faults); here the commands have a session of their own.

const ROOT = join(__dirname, "..", "..");
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; i < 600 && !what(); i++) await new Promise((r) => setTimeout(r, 50));
  if (!what()) throw new Error("did not come");
};

describe("a connection that is lost", () => {
  let sshd: Sshd;
  let dir: string;
  let name: string;
  const at = (file: string): string => join(dir, file);
  const text = (file: string): string => (existsSync(at(file)) ? readFileSync(at(file), "utf8") : "");

  beforeEach(async () => {
    sshd = await Sshd.start();
    dir = mkdtempSync(join(tmpdir(), "cut-"));
    name = `host test ${dir.split("-").at(-1)}`;
  });
  afterEach(() => {
    closeAll();
    sshd.stop();
    rmSync(dir, { recursive: true });
  });

  /** Writes all the time, as a package manager does, so that a closed pipe would end it; then waits to be told. */
  const slow = (n: number) => ({
    script: sh`echo begun${n} >>${at("log")}
until [ -e ${at("go")} ]; do echo still here; echo and here >&2; sleep 0.05; done
echo ended${n} >>${at("log")}; echo result${n}; echo ${n} >&2`,
  });

  it("in mid-command: the steps go on to their end, once, and the same run has their answers", async () => {
    const done = run(sshd.connection, [slow(1), { script: sh`echo two >>${at("log")}; exit 3` }], {
      lock: name,
      stopOnFailure: true,
    });
    await until(() => text("log").includes("begun1"));
    sshd.cut();
    setTimeout(() => writeFileSync(at("go"), ""), 1500);
    const answers = await done;
    expect(
      answers.map((a) => [a.code, a.stdout.trim().split("\n").at(-1), a.stderr.trim().split("\n").at(-1)]),
    ).toEqual([
      [0, "result1", "1"],
      [3, "", ""],
    ]);
    expect(text("log")).toBe("begun1\nended1\ntwo\n");
  }, 60_000);

  it("together with every process of the session: the same", async () => {
    const done = run(sshd.connection, [slow(1)], { lock: name });
    await until(() => text("log").includes("begun1"));
    sshd.cut({ session: true });
    writeFileSync(at("go"), "");
    expect((await done).map((a) => a.code)).toEqual([0]);
    expect(text("log")).toBe("begun1\nended1\n");
  }, 60_000);

  it("for good: the error says that it is not known what became of them; they go on to their end all the same", async () => {
    const done = run(sshd.connection, [slow(1)], { lock: name }).catch((e: Error) => e);
    await until(() => text("log").includes("begun1"));
    sshd.cut({ listener: true });
    const error = (await done) as Error;
    expect(error.name).toBe("LostError");
    expect(error.message).toMatch(/connection lost while commands were running/);
    writeFileSync(at("go"), "");
    await until(() => text("log").includes("ended1"));
  }, 90_000);

  it("by a client that was killed: the next one waits for what runs, and what it plans is not run on anything else", async () => {
    const client = at("client.js");
    writeFileSync(
      client,
      `const { run, raw } = require(${JSON.stringify(join(ROOT, "providers/dist/remote"))});
const [connection, name, script] = JSON.parse(require("fs").readFileSync(0));
run(connection, [{ script: raw(script) }], { lock: name });`,
    );
    const child = spawn("node", [client], { stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.end(JSON.stringify([sshd.connection, name, slow(1).script.text]));
    await until(() => text("log").includes("begun1"));
    child.kill("SIGKILL");
    const facts = run(sshd.connection, [{ script: sh`cat ${at("log")}` }], { after: name });
    await new Promise((r) => setTimeout(r, 1000));
    expect(text("log")).toBe("begun1\n");
    writeFileSync(at("go"), "");
    expect((await facts)[0]?.stdout).toBe("begun1\nended1\n");
    await run(sshd.connection, [{ script: sh`echo mine >>${at("log")}` }], { lock: name });
    expect(text("log")).toBe("begun1\nended1\nmine\n");
  }, 60_000);

  it("never runs what was planned on facts that somebody else has made untrue", async () => {
    await run(sshd.connection, [{ script: sh`true` }], { after: name });
    // Another process, which knows nothing of this one's marks.
    closeAll();
    const other = { ...sshd.connection, user: "root" };
    await run(other, [{ script: sh`true` }], { after: name });
    execFileSync("bash", [
      "-c",
      `l="/run/qvd-ha/${name.replaceAll(" ", "_")}"; mkdir -p /run/qvd-ha; echo somebody >"$l"`,
    ]);
    const mine = run(sshd.connection, [{ script: sh`touch ${at("ran")}` }], { lock: name });
    await expect(mine).rejects.toThrow(StaleError);
    expect(existsSync(at("ran"))).toBe(false);
    // Read again, it goes.
    await run(sshd.connection, [{ script: sh`true` }], { after: name });
    await run(sshd.connection, [{ script: sh`touch ${at("ran")}` }], { lock: name });
    expect(existsSync(at("ran"))).toBe(true);
  }, 60_000);

  it("leaves no secret in memory or in what is kept of the answers", async () => {
    await run(sshd.connection, [{ script: raw("cat >/dev/null; echo fine"), stdin: "s3cr3t-of-the-host-test" }], {
      lock: name,
    });
    const found = execFileSync(
      "bash",
      ["-c", "grep -rl s3cr3t-of-the-host-test /run/qvd-ha /run/qvd-ha.* 2>/dev/null || true"],
      {
        encoding: "utf8",
      },
    );
    expect(found).toBe("");
  }, 60_000);
});

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killedAt } from "../e2e/faults/killed";
import { stepsIn } from "../e2e/faults/cluster";
import { Sshd } from "./support/sshd";

/**
 * Proves with Pulumi's real engine, state and locks, our dynamic host and two real sshd, what becomes of a run that ends in the wrong place (D1, D2, D4, D7, D11): on the one kind that
 * is harmless on any machine. It proves nothing about clusters: test/e2e/faults does, on guests.
 */
const ROOT = join(__dirname, "..", "..");
const NODES = ["aries", "taurus"];
const dir = mkdtempSync(join(tmpdir(), "engine-"));
const specs = join(dir, "specs.json");
const backend = join(dir, "backend");
let sshds: Sshd[];

const command = (verb: string): string =>
  `export PULUMI_BACKEND_URL=file://${backend} PULUMI_CONFIG_PASSPHRASE=test ENGINE_TEST_SPECS=${specs} PULUMI_SKIP_UPDATE_CHECK=1; . ./env.sh; cd test/host/engine; exec pulumi ${verb} --stack test --non-interactive`;
const UP = command("up --yes --skip-preview");

function pulumi(line: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", line], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const s of [child.stdout, child.stderr]) s.on("data", (d: Buffer) => (output += d.toString()));
    child.once("error", reject).once("close", (code) => resolve({ code, output }));
  });
}

async function must(line: string): Promise<string> {
  const { code, output } = await pulumi(line);
  if (code !== 0) throw new Error(output.slice(-3000));
  return output;
}

/** What is wanted: a key for two domains on each machine; `n` tells one wish from another. */
function want(n: number, connections = sshds.map((s) => s.connection)): void {
  const of = (i: number) => ({
    connections: { [NODES[i] as string]: connections[i] },
    publicKey: `ssh-ed25519 AAAAkey${n}`,
    domains: ["qvddb1", `qvddb${n}`],
    authorizedKeysFile: join(dir, NODES[i] as string, "keys"),
    commandPath: join(dir, NODES[i] as string, "fence"),
  });
  writeFileSync(specs, JSON.stringify({ one: of(0), two: of(1) }), { mode: 0o600 });
}

const machine = (node: string) => {
  const text = (f: string): string => (existsSync(join(dir, node, f)) ? readFileSync(join(dir, node, f), "utf8") : "");
  return { keys: text("keys"), fence: text("fence") };
};
/** Both machines are as `want(n)` says. */
function as(n: number): void {
  for (const node of NODES) {
    const { keys, fence } = machine(node);
    // An earlier key stays for a while, with its end beside it.
    const lasting = keys.split("\n").filter((line) => !line.includes(",expiry-time="));
    expect(lasting.join("\n").match(/AAAAkey\d+/g)).toEqual([`AAAAkey${n}`]);
    expect(fence).toContain(`qvddb${n}`);
  }
}

const locks = (): { pid: number }[] => {
  const at = join(backend, ".pulumi/locks/organization/engine-test/test");
  return existsSync(at)
    ? readdirSync(at).map((f) => JSON.parse(readFileSync(join(at, f), "utf8")) as { pid: number })
    : [];
};

/** Plugins that outlived an engine that was killed; those of this test alone. */
function endPlugins(): void {
  for (const pid of readdirSync("/proc").filter((d) => /^\d+$/.test(d) && Number(d) !== process.pid))
    try {
      if (readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PULUMI_BACKEND_URL=file://${backend}\0`))
        process.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone, or nobody's business.
    }
}

describe("a run of pulumi", () => {
  beforeAll(async () => {
    sshds = await Promise.all(NODES.map(() => Sshd.start()));
    for (const d of [backend, ...NODES.map((n) => join(dir, n))]) mkdirSync(d);
    await must(command("stack init").replace("--stack test", "test"));
  }, 60_000);
  afterAll(() => {
    endPlugins();
    sshds?.forEach((s) => s.stop());
    rmSync(dir, { recursive: true });
  });

  const cases = [
    [1, "all"],
    [2, "engine"],
    [3, "all"],
    [4, "engine"],
  ] as const;
  test.each(cases)(
    "killed at step %d of 4 (%s), is refused until the lock is cleared, and then converges",
    async (n, victim) => {
      want(n);
      const killed = await killedAt(UP, n, NODES, victim);
      // The same four at each wish: guard and key, on one machine and then on the other.
      expect(killed.at).toMatch(n <= 2 ? /: aries: / : /: taurus: /);
      const [holder] = locks();
      const refused = await pulumi(UP);
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain(`(pid ${holder?.pid})`);
      expect(stepsIn(refused.output, NODES)).toEqual([]);
      await must(command("cancel --yes").replace("--stack test", "test"));
      const output = await must(UP);
      // What was done is not done again. The step that was told may have begun or not: then it went on to its end, or none of it was run.
      expect([4 - n, 4 - n + 1]).toContain(stepsIn(output, NODES).length);
      as(n);
      expect(stepsIn(await must(UP), NODES)).toEqual([]);
      for (const node of NODES) expect(machine(node).keys).not.toMatch(/PRIVATE/);
    },
    180_000,
  );

  test("beside another one is refused, and names it; the other one goes on", async () => {
    want(5);
    const first = pulumi(UP);
    for (let i = 0; i < 600 && locks().length === 0; i++) await new Promise((r) => setTimeout(r, 50));
    const [holder] = locks();
    const second = await pulumi(UP);
    expect(second.code).not.toBe(0);
    expect(second.output).toContain(`(pid ${holder?.pid})`);
    expect((await first).code).toBe(0);
    as(5);
  }, 120_000);

  test("that meets another host key names both, and runs nothing on that machine", async () => {
    want(6, [sshds[0]?.impostor, sshds[1]?.connection] as never);
    const { code, output } = await pulumi(UP);
    expect(code).not.toBe(0);
    expect(output).toMatch(/shows host key SHA256:\S+, expected SHA256:\S+/);
    expect(stepsIn(output, NODES)).toEqual([]);
    as(5);
    want(6);
    await must(UP);
    as(6);
  }, 120_000);

  test("that does not reach a machine fails fast with its name, leaves what depends on it alone, and converges when it is back", async () => {
    want(7, [{ ...sshds[0]?.connection, port: 1 }, sshds[1]?.connection] as never);
    const started = Date.now();
    const { code, output } = await pulumi(UP);
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(code).not.toBe(0);
    expect(output).toContain("cannot reach root@127.0.0.1:1");
    as(6);
    want(7);
    await must(UP);
    as(7);
  }, 120_000);
});

/**
 * Our own fence agent, the real sshd and ssh, our forced command with a later start, a standing connection; only virsh is a stand-in.
 * Proves what is asked, what is answered when, what counts as a success, and that a broken standing connection costs seconds, not the fencing.
 * Does not prove that libvirt does as it is told, nor seconds on a slow guest; the lab does.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FENCE_AGENT } from "../../../providers/agents/text/fence";
import { SOCKETS } from "../../../providers/fencing/client/paths";
import { fenceQvdHa } from "../../../providers/fencing/device";
import { unitPath, renderUnit } from "../../../providers/fencing/link/render";
import { renderParams } from "../../../providers/fencing/test/render";
import type { Ran } from "./hypervisor";
import { Hypervisor, run } from "./hypervisor";

jest.setTimeout(120_000);
const AFTER = 2;
const aries = new Hypervisor();
const program = join(aries.dir, "fence_qvd_ha");
const socket = join(aries.dir, "link");
beforeAll(async () => {
  writeFileSync(program, FENCE_AGENT, { mode: 0o755 });
  await aries.start(AFTER);
});
beforeEach(() => aries.reset());
afterAll(() => aries.stop());

/** The agent as Pacemaker runs it: the device's own parameters on standard input. */
function agent(action: string, domain: string, link = false): Promise<Ran> {
  const { params } = fenceQvdHa({
    node: domain,
    domain,
    address: "127.0.0.1",
    port: aries.port,
    username: aries.user,
    identityFile: aries.key,
    timeoutSeconds: 20,
  });
  const options = `-F ${aries.config}${link ? ` -o ControlPath=${socket}` : ""} -T`;
  const text = renderParams({ from: "a", node: domain, device: "p", params: { ...params, ssh_options: options } });
  return run(program, [], text.replace("action=status", `action=${action}`));
}

const calls = (): string[] => aries.calls().map((c) => c.replace("-q -c qemu:///system ", ""));
async function becomes(domain: string, state: string, seconds: number): Promise<number> {
  const begun = Date.now();
  while (aries.state(domain) !== state && Date.now() - begun < seconds * 1000) await sleep(50);
  return (Date.now() - begun) / 1000;
}

describe("fence_qvd_ha", () => {
  test("describes itself, and misses what it needs", async () => {
    const { code, output } = await run(program, [], "action=metadata\n");
    expect(code).toBe(0);
    for (const name of ["plug", "ip", "identity_file", "ssh_options", "power_timeout"])
      expect(output).toContain(`<parameter name="${name}"`);
    expect(await run(program, [], "action=reboot\nip=1\n")).toMatchObject({
      code: 1,
      output: expect.stringContaining("plug is missing"),
    });
  });

  test("tells the state", async () => {
    expect(await agent("status", "qvddb1")).toEqual({ code: 0, output: "" });
    aries.set("qvddb1", "shut off");
    expect((await agent("status", "qvddb1")).code).toBe(2);
    expect((await agent("monitor", "qvddb1")).code).toBe(0);
  });

  test("a reboot is answered when the domain is off, with one call; then it is switched on", async () => {
    expect((await agent("reboot", "qvddb2")).code).toBe(0);
    expect(calls()).toEqual(["destroy qvddb2; domstate qvddb2"]);
    expect(aries.state("qvddb2")).toBe("shut off");
    expect(aries.state("qvddb1")).toBe("running");
    expect(await becomes("qvddb2", "running", 60)).toBeLessThan(60);
  });

  test("a node without power is rebooted as well", async () => {
    aries.set("qvddb1", "shut off");
    expect((await agent("reboot", "qvddb1")).code).toBe(0);
    await becomes("qvddb1", "running", 60);
    expect(aries.state("qvddb1")).toBe("running");
  });

  test("where switching on fails it is tried again", async () => {
    aries.flag("start-fails");
    expect((await agent("reboot", "qvddb1")).code).toBe(0);
    await sleep((AFTER + 2) * 1000);
    expect(aries.state("qvddb1")).toBe("shut off");
    rmSync(join(aries.dir, "start-fails"));
    await becomes("qvddb1", "running", 60);
    expect(aries.state("qvddb1")).toBe("running");
  });

  test("off and on", async () => {
    expect((await agent("off", "qvddb1")).code).toBe(0);
    await sleep((AFTER + 1) * 1000);
    expect(aries.state("qvddb1")).toBe("shut off");
    expect((await agent("on", "qvddb1")).code).toBe(0);
    expect(aries.state("qvddb1")).toBe("running");
  });

  test.each(["status", "off", "reboot", "monitor"])("fails at %s of a foreign domain", async (action) => {
    expect((await agent(action, "other")).code).toBe(1);
    expect(aries.calls()).toEqual([]);
  });

  test.each(["virsh-broken", "virsh-mute"] as const)("never takes %s for a success", async (flag) => {
    aries.flag(flag);
    for (const action of ["reboot", "off", "status", "monitor"]) expect((await agent(action, "qvddb1")).code).toBe(1);
    expect(aries.state("qvddb1")).toBe("running");
  });
});

describe("a standing connection", () => {
  let master: ChildProcess | undefined;
  /** The unit's own command, but for places. */
  async function connect(): Promise<void> {
    const command = /^ExecStart=(.*)$/m.exec(renderUnit({ name: "aries", user: aries.user }))?.[1] as string;
    const placed = command.replace(/-F \S+/, `-F ${aries.config}`).replace(/ControlPath=\S+/, `ControlPath=${socket}`);
    const [file = "", ...args] = placed.split(" ");
    master = spawn(file, args, { stdio: "ignore" });
    for (let i = 0; i < 300 && !existsSync(socket); i++) await sleep(100);
    expect(existsSync(socket)).toBe(true);
  }
  afterEach(() => {
    // Of one that is stopped, a kill is delivered all the same; of one that is dead, this is nothing.
    master?.kill("SIGKILL");
    rmSync(socket, { force: true });
  });

  test("carries the message, faster than a connection of its own", async () => {
    const timed = async (link: boolean): Promise<number> => {
      const begun = performance.now();
      expect((await agent("status", "qvddb1", link)).code).toBe(0);
      return performance.now() - begun;
    };
    const alone = Math.min(await timed(false), await timed(false), await timed(false));
    await connect();
    const carried = Math.min(await timed(true), await timed(true), await timed(true));
    console.log(`alone ${alone.toFixed(0)} ms, carried ${carried.toFixed(0)} ms`);
    expect(carried).toBeLessThan(alone);
  });

  test("that is gone, or was killed and left its socket, does not stand in the way", async () => {
    expect((await agent("off", "qvddb1", true)).code).toBe(0);
    await connect();
    master?.kill("SIGKILL");
    await sleep(500);
    expect(existsSync(socket)).toBe(true);
    expect((await agent("off", "qvddb2", true)).code).toBe(0);
    expect(aries.state("qvddb2")).toBe("shut off");
  });

  test("that hangs is done without, within the agent's time", async () => {
    await connect();
    process.kill((master as ChildProcess).pid as number, "SIGSTOP");
    const begun = Date.now();
    expect((await agent("off", "qvddb1", true)).code).toBe(0);
    expect(aries.state("qvddb1")).toBe("shut off");
    expect((Date.now() - begun) / 1000).toBeLessThan(45);
  });

  test("is a unit that systemd takes", () => {
    const home = join(aries.dir, "units");
    mkdirSync(home, { recursive: true });
    const file = join(home, unitPath("aries").split("/").pop() as string);
    writeFileSync(file, renderUnit({ name: "aries", user: "root" }));
    expect(renderUnit({ name: "aries", user: "root" })).toContain(`${SOCKETS}/aries`);
    const r = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    expect(`${r.stdout}${r.stderr}`.split("\n").filter((l) => l.includes("qvd-ha-fence"))).toEqual([]);
  });
});

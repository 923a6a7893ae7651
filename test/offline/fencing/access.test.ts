/**
 * The real fence_virsh and the real sshd against our forced command and client configuration; only virsh is a stand-in.
 * Proves the conversation, what is refused and what a wrong host key does. Does not prove that libvirt does as it is told; the lab does.
 * Needs: openssh-server, openssh-client, fence-agents.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fenceTest } from "../../../providers/fencing";
import { fenceVirsh } from "../../../providers/fencing/device";
import { STAMP_DIR } from "../../../providers/fencing/test/read";
import { renderParams, stampOf } from "../../../providers/fencing/test/render";
import type { FenceTestCase } from "../../../providers/fencing/test/spec";
import { reveal } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import type { Step } from "../../../providers/step";
import { Hypervisor, run } from "./hypervisor";
import type { Ran } from "./hypervisor";

jest.setTimeout(60_000);
const aries = new Hypervisor();
beforeAll(() => aries.start());
beforeEach(() => aries.reset());
afterAll(() => aries.stop());

/** The agent as Pacemaker runs it: the device's own parameters on standard input. */
function agent(action: string, domain: string, more: Record<string, string> = {}): Promise<Ran> {
  const device = fenceVirsh({
    node: domain,
    domain,
    address: "127.0.0.1",
    port: aries.port,
    username: aries.user,
    identityFile: aries.key,
    timeoutSeconds: 20,
  });
  const params = { ...device.params, ssh_options: `-F ${aries.config} -T`, ...more };
  const text = renderParams({ from: "a", node: domain, device: "p_fence", params });
  return run("fence_virsh", [], text.replace("action=status", `action=${action}`), {
    PATH: `/usr/sbin:${process.env.PATH}`,
  });
}

const ssh = (command: readonly string[], input = ""): Promise<Ran> =>
  run("ssh", ["-F", aries.config, `${aries.user}@aries`, ...command], input);

describe("fence_virsh", () => {
  test("tells the state of a domain with one call of virsh", async () => {
    expect(await agent("status", "qvddb1")).toMatchObject({ code: 0, output: expect.stringContaining("Status: ON") });
    expect(aries.calls()).toEqual(["-q -c qemu:///system domstate qvddb1"]);
    aries.set("qvddb1", "shut off");
    expect(await agent("status", "qvddb1")).toMatchObject({ code: 2, output: expect.stringContaining("Status: OFF") });
  });

  test("reboots with three calls, and nobody but the one asked for", async () => {
    expect(await agent("reboot", "qvddb2")).toMatchObject({
      code: 0,
      output: expect.stringContaining("Success: Rebooted"),
    });
    expect(aries.calls().map((c) => c.replace("-q -c qemu:///system ", ""))).toEqual([
      "domstate qvddb2",
      "destroy qvddb2; domstate qvddb2",
      "start qvddb2; domstate qvddb2",
    ]);
    expect([aries.state("qvddb1"), aries.state("qvddb2")]).toEqual(["running", "running"]);
  });

  test("powers off and on", async () => {
    expect((await agent("off", "qvddb1")).code).toBe(0);
    expect(aries.state("qvddb1")).toBe("shut off");
    expect((await agent("on", "qvddb1")).code).toBe(0);
    expect(aries.state("qvddb1")).toBe("running");
  });

  test.each(["in shutdown", "crashed", "pmsuspended"])(
    "powers off a domain that is %s, which the agent alone would take for off",
    async (state) => {
      aries.set("qvddb1", state);
      expect((await agent("off", "qvddb1")).code).toBe(0);
      expect(aries.state("qvddb1")).toBe("shut off");
    },
  );

  test("lists the allowed domains only", async () => {
    const { code, output } = await agent("list", "qvddb1");
    expect(code).toBe(0);
    expect(output).toMatch(/qvddb1/);
    expect(output).toMatch(/qvddb2/);
    expect(output).not.toMatch(/other/);
  });

  test.each(["status", "off", "reboot"])(
    "fails at %s of a foreign domain instead of taking it for off",
    async (action) => {
      const { code } = await agent(action, "other");
      expect(code).not.toBe(0);
      expect(code).not.toBe(2);
      expect(aries.state("other")).toBe("running");
      expect(aries.calls()).toEqual([]);
    },
  );

  test.each(["virsh-broken", "virsh-mute"] as const)(
    "fails when virsh does (%s), monitoring included",
    async (flag) => {
      aries.flag(flag);
      const { code } = await agent("status", "qvddb1");
      expect([0, 2]).not.toContain(code);
      if (flag === "virsh-broken") expect((await agent("monitor", "qvddb1")).code).not.toBe(0);
    },
  );

  test("works with the agent's own ssh options, too, which ask for a terminal and a shell", async () => {
    const options = "-F " + aries.config + " -t '/bin/bash -c \"PS1=\\\\[EXPECT\\\\]# /bin/bash --noprofile --norc\"'";
    expect(await agent("status", "qvddb1", { ssh_options: options })).toMatchObject({ code: 0 });
  });

  test("never accepts a host key that it does not know", async () => {
    const known = readFileSync(aries.knownHosts, "utf8");
    try {
      for (const text of ["", known.replace(/ssh-ed25519 \S+/, readFileSync(`${aries.key}.pub`, "utf8").trim())]) {
        writeFileSync(aries.knownHosts, text);
        const { code } = await agent("status", "qvddb1", { login_timeout: "5" });
        expect([0, 2]).not.toContain(code);
        expect(aries.calls()).toEqual([]);
        expect(readFileSync(aries.knownHosts, "utf8")).toBe(text);
      }
    } finally {
      writeFileSync(aries.knownHosts, known);
    }
  });
});

describe("the test of devices", () => {
  /** The step's own script and input, but for the places of its stamp and of ssh's configuration. */
  async function testDevice(domain: string, agent?: string): Promise<Ran & { stamped: boolean }> {
    const device = fenceVirsh({ node: domain, domain, address: "127.0.0.1", port: aries.port, username: aries.user });
    const params = { ...device.params, identity_file: aries.key, ssh_options: `-F ${aries.config} -T` };
    const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
    const tests = [{ from: "a", node: domain, device: `p_fence_${domain}`, params }];
    const spec = fenceTest.schema.parse({ connections: { a: connection }, agent: agent ?? device.agent, tests });
    const [step] = steps(fenceTest.plan(spec, { a: { passed: [] } }));
    const stamps = join(aries.dir, "stamps");
    rmSync(stamps, { recursive: true, force: true });
    const script = (step as Step).command.script.text.replaceAll(STAMP_DIR, stamps);
    const ran = await run("bash", ["-euo", "pipefail", "-c", script], reveal((step as Step).command.stdin ?? ""), {
      PATH: `${aries.dir}:/usr/sbin:${process.env.PATH}`,
    });
    return { ...ran, stamped: existsSync(join(stamps, stampOf(spec, spec.tests[0] as FenceTestCase))) };
  }

  test("a device that answers leaves a stamp", async () =>
    expect(await testDevice("qvddb1")).toEqual({ code: 0, output: "", stamped: true }));

  test("one that is off, foreign or broken leaves none, and is named with what the agent said", async () => {
    aries.set("qvddb1", "shut off");
    expect(await testDevice("qvddb1")).toMatchObject({
      code: 1,
      output: expect.stringContaining("device p_fence_qvddb1 answers that qvddb1 is off"),
      stamped: false,
    });
    expect(await testDevice("other")).toMatchObject({
      code: 1,
      output: expect.stringMatching(/device p_fence_other for other failed with status \d+: .*existing name/s),
      stamped: false,
    });
    expect(aries.state("other")).toBe("running");
  });

  test("one that says yes whatever it is asked is caught, though it says that the node is on", async () => {
    writeFileSync(join(aries.dir, "fence_liar"), "#!/bin/sh\necho Status: ON\n", { mode: 0o755 });
    expect(await testDevice("qvddb1", "fence_liar")).toMatchObject({
      code: 1,
      output: expect.stringContaining("p_fence_qvddb1 says that qvd-ha-nobody is on, which does not exist"),
      stamped: false,
    });
  });
});

describe("the forced command", () => {
  test.each([
    ["virsh domstate qvddb1; id"],
    ["status qvddb1 && id"],
    ["status $(touch /tmp/qvd-ha-escape)"],
    ["status `id`"],
    ["status *"],
    ["status ../qvddb1"],
    ["virsh -c qemu:///session domstate qvddb1"],
    ["virsh undefine qvddb1"],
    ["virsh destroy qvddb1 qvddb2"],
    ["sudo virsh domstate qvddb1"],
    ["bash"],
    ["/bin/sh -c id"],
    ["status other"],
    ["list other"],
  ])("refuses %s, as a command and as a line", async (line) => {
    const single = await ssh([line]);
    expect(single.code).toBe(2);
    expect(single.output).toMatch(/^error: refused/);
    const typed = await ssh([], `${line}\nquit\n`);
    expect(typed.output).toContain("error: refused");
    expect(typed.output).not.toMatch(/uid=/);
    expect(aries.calls()).toEqual([]);
  });

  test("does single commands, with an exit status", async () => {
    expect(await ssh(["status", "qvddb1"])).toEqual({ code: 0, output: "running\n" });
    expect((await ssh(["reboot", "qvddb1"])).code).toBe(0);
    expect((await ssh(["off", "qvddb1"])).code).toBe(0);
    expect(await ssh(["status", "qvddb1"])).toEqual({ code: 0, output: "shut off\n" });
    aries.flag("start-fails");
    expect(await ssh(["on", "qvddb1"])).toMatchObject({ code: 1, output: expect.stringContaining("error: no memory") });
  });

  test("turning off what is off is well", async () => {
    aries.set("qvddb1", "shut off");
    expect((await ssh(["off", "qvddb1"])).code).toBe(0);
  });

  test("gives neither files nor forwarded ports", async () => {
    const sftp = await run("sftp", ["-F", aries.config, "-b", "-", `${aries.user}@aries`], "ls /\n");
    expect(sftp.code).not.toBe(0);
    const forward = await run("ssh", ["-F", aries.config, "-W", `127.0.0.1:${aries.port}`, `${aries.user}@aries`]);
    expect(forward.output).not.toMatch(/^SSH-2/m);
  });
});

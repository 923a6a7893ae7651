/**
 * The real agents with the devices' parameters, and secrets as the deployment puts them on the nodes, against what they would power: a XenServer of ours (xapi.py),
 * OpenIPMI's simulator of a management board, the real fence_virtd before libvirt's test driver.
 * Proves the conversation, what a device that does not do as told comes to, and that no secret is in an argument list. Does not prove the real hypervisor or board.
 * Needs: fence-agents, fence-virt, fence-virtd, ipmitool, openipmi, iproute2, root.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fenceIpmilan, fenceXenapi, fenceXvm } from "../../../providers/fencing";
import { IPMI_TOOL, XENAPI_PASSWORD_SCRIPT, XVM_KEY } from "../../../providers/fencing/secret/paths";
import { Board, PASSWORD, Virtd, XenServer } from "./bench";
import { run } from "./hypervisor";
import { BOARD_CIPHER } from "./simulators";

jest.setTimeout(180_000);
const ON = expect.stringContaining("Status: ON");
const OFF = expect.stringContaining("Status: OFF");

describe("fence_xenapi", () => {
  const xen = new XenServer();
  beforeAll(async () => {
    await xen.start();
    await xen.install("xenapi", PASSWORD.replace("-", " "));
  });
  afterAll(() => xen.stop());
  beforeEach(() => xen.behind("set", 1, "Running"));

  const device = (machine: string) =>
    fenceXenapi({ node: "qvddb1", machine, sessionUrl: xen.url, username: "fence", timeoutSeconds: 30 });

  test("tells, powers off, on and again, by name", async () => {
    expect(await xen.agent(device("qvddb1"), "status")).toMatchObject({ code: 0, output: ON });
    expect((await xen.agent(device("qvddb1"), "off")).code).toBe(0);
    expect(xen.behind("get", 1)).toBe("Halted");
    expect(await xen.agent(device("qvddb1"), "status")).toMatchObject({ code: 2, output: OFF });
    expect((await xen.agent(device("qvddb1"), "on")).code).toBe(0);
    expect(xen.behind("get", 1)).toBe("Running");
    expect((await xen.agent(device("qvddb1"), "reboot")).code).toBe(0);
    expect(xen.calls()).toMatch(/hard_shutdown \S+ OpaqueRef:1[^]*VM.start \S+ OpaqueRef:1/);
    expect(xen.behind("get", 2)).toBe("Running");
  });

  test("by UUID, where two machines have one name", async () => {
    expect((await xen.agent(device("twin"), "off")).code).toBe(1);
    expect((await xen.agent(device("33333333-3333-3333-3333-333333333333"), "off")).code).toBe(0);
    expect([xen.behind("get", 3), xen.behind("get", 4)]).toEqual(["Halted", "Running"]);
  });

  test("a machine that is paused still holds its disks: it is powered off", async () => {
    xen.behind("set", 1, "Paused");
    expect((await xen.agent(device("qvddb1"), "off")).code).toBe(0);
    expect(xen.behind("get", 1)).toBe("Halted");
  });

  test.each(["nobody", "template"])("fails at %s instead of taking it for off", async (machine) => {
    for (const action of ["status", "off", "reboot"]) expect((await xen.agent(device(machine), action)).code).toBe(1);
  });

  test("says that it failed where the server says yes and the machine runs on", async () => {
    xen.behind("stuck", 1, true);
    expect((await xen.agent(device("qvddb1"), "off", { power_timeout: "2" })).code).toBe(1);
    xen.behind("stuck", 1, false);
  });

  test("its password is root's, in no parameter and no argument; another one is refused", async () => {
    const script = xen.file(XENAPI_PASSWORD_SCRIPT);
    expect(statSync(script).mode & 0o777).toBe(0o700);
    expect(JSON.stringify(device("qvddb1"))).not.toContain("right password");
    const text = readFileSync(script, "utf8");
    writeFileSync(script, text.replace("right", "wrong"));
    expect((await xen.agent(device("qvddb1"), "status")).code).toBe(1);
    writeFileSync(script, text);
  });

  test.each(['it\'s $HOME `id` \\ "x"', "%s", "-n", "QVD_HA_END x"])(
    "takes the password %s as it is",
    async (password) => {
      await xen.install("xenapi", password);
      expect((await run(xen.file(XENAPI_PASSWORD_SCRIPT), [])).output).toBe(`${password}\n`);
      await xen.install("xenapi", PASSWORD.replace("-", " "));
    },
  );
});

describe("fence_ipmilan", () => {
  const board = new Board();
  beforeAll(async () => {
    await board.start();
    await board.install("ipmi", PASSWORD);
  });
  afterAll(() => board.stop());
  beforeEach(() => board.set(true));

  const device = () =>
    fenceIpmilan({
      node: "qvddb1",
      address: "127.0.0.1",
      port: board.port,
      username: "fence",
      lanplus: true,
      privilege: "operator",
      cipher: BOARD_CIPHER,
      timeoutSeconds: 30,
    });

  test("tells, powers off, on and again", async () => {
    expect(await board.agent(device(), "status")).toMatchObject({ code: 0, output: ON });
    expect((await board.agent(device(), "off")).code).toBe(0);
    expect(board.isOn()).toBe(false);
    expect(await board.agent(device(), "status")).toMatchObject({ code: 2, output: OFF });
    expect((await board.agent(device(), "on")).code).toBe(0);
    expect((await board.agent(device(), "reboot")).code).toBe(0);
    expect(board.isOn()).toBe(true);
    expect((await board.agent(device(), "monitor")).code).toBe(0);
    const calls = readFileSync(join(board.dir, "calls"), "utf8");
    expect(calls).toMatch(/set power 0[^]*set power 1[^]*set power 0[^]*set power 1/);
  });

  test("reboots a machine that is off: it is on in the end", async () => {
    board.set(false);
    expect((await board.agent(device(), "reboot")).code).toBe(0);
    expect(board.isOn()).toBe(true);
  });

  test("says that it failed where the board says yes and the machine runs on", async () => {
    board.stuck(true);
    expect((await board.agent(device(), "off", { power_timeout: "2" })).code).toBe(1);
    board.stuck(false);
  });

  test("gives ipmitool the password by a file, and no argument has it", async () => {
    const tool = board.file(IPMI_TOOL);
    const seen = join(board.dir, "seen");
    const text = readFileSync(tool, "utf8");
    writeFileSync(tool, text.replace("exec /usr/bin/ipmitool", `printf '%s\\n' "$@" >${seen}; exec /usr/bin/ipmitool`));
    expect((await board.agent(device(), "status")).code).toBe(0);
    writeFileSync(tool, text);
    const args = readFileSync(seen, "utf8").split("\n");
    expect(args).not.toContain("-P");
    expect(args).toContain("-f");
    expect(args.join(" ")).not.toContain(PASSWORD);
    expect(statSync(board.file("fence_ipmi")).mode & 0o777).toBe(0o600);
  });

  test("a wrong password is no node that is off", async () => {
    await board.install("ipmi", "wrong-password");
    const { code } = await board.agent(device(), "status", { login_timeout: "20" });
    expect([0, 2]).not.toContain(code);
    await board.install("ipmi", PASSWORD);
  });
});

describe.each(["multicast", "tcp"] as const)("fence_virtd by %s", (transport) => {
  const hypervisor = new Virtd(transport);
  beforeAll(async () => {
    await hypervisor.start();
    await hypervisor.install("xvm", Buffer.alloc(512, 7).toString("base64"));
  });
  afterAll(() => hypervisor.stop());

  const device = (domain: string) =>
    fenceXvm({
      node: "qvddb1",
      domain,
      transport,
      address: transport === "tcp" ? "127.0.0.1" : undefined,
      timeoutSeconds: 10,
    });

  test("tells, powers off and on", async () => {
    expect(device("test").agent).toBe(transport === "tcp" ? "fence_virt" : "fence_xvm");
    expect(await hypervisor.agent(device("test"), "status")).toMatchObject({ code: 0, output: ON });
    expect((await hypervisor.agent(device("test"), "off")).code).toBe(0);
    expect(await hypervisor.agent(device("test"), "status")).toMatchObject({ code: 2, output: OFF });
    expect((await hypervisor.agent(device("test"), "on")).code).toBe(0);
    expect(await hypervisor.agent(device("test"), "status")).toMatchObject({ code: 0, output: ON });
  });

  test("does not say yes to a domain that is not there, nor to another key", async () => {
    expect((await hypervisor.agent(device("nobody"), "status")).code).not.toBe(0);
    expect((await hypervisor.agent(device("nobody"), "off")).code).toBe(1);
    await hypervisor.install("xvm", Buffer.alloc(512, 8).toString("base64"));
    expect([0, 2]).not.toContain((await hypervisor.agent(device("test"), "status")).code);
    expect(statSync(hypervisor.file(XVM_KEY)).mode & 0o777).toBe(0o600);
  });
});

/**
 * Proves that the distribution's address agent and ours do the same with the same parameters, in a name space of this machine's network with two interfaces:
 * start, monitor, stop, each of it again, the interface that is found; of ours, also what it refuses, that the neighbours are told, and that it is faster. Does not
 * prove a neighbour that listens; the drills do, as clients come back by it. Needs Debian's resource-agents: installed, or unpacked where OCF_ROOT says.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADDRESS_AGENT } from "../../../providers/agents/text/address";
import { act as call, OCF_ROOT } from "./act";

jest.setTimeout(60_000);

const THEIRS = join(OCF_ROOT, "resource.d/heartbeat/IPaddr2");
const OURS = "ocf:qvd-ha:address";
const SPACE = `qvd-ha-address-${process.pid}`;
const IP = "192.0.2.90";
const [OK, FAILED, NOT_INSTALLED, NOT_CONFIGURED, NOT_RUNNING] = [0, 1, 5, 6, 7];

const inside = (...words: string[]): string =>
  execFileSync("ip", ["netns", "exec", SPACE, ...words], { encoding: "utf8" });
/** The addresses of the name space, each with its interface. */
const addresses = (): string[] =>
  inside("ip", "-4", "-o", "address", "show", "scope", "global")
    .split("\n")
    .filter(Boolean)
    .map((l) => l.split(/\s+/))
    .map(([, nic, , address, , broadcast]) => `${nic} ${address} ${broadcast}`);
const NODE = ["lan0 192.0.2.91/24 192.0.2.255", "wide0 192.0.0.1/16 192.0.255.255"];

/** Milliseconds of a start, a monitor and a stop together, the least of several, by agent. */
const took: Record<string, number> = {};

beforeAll(() => {
  execFileSync("ip", ["netns", "add", SPACE]);
  for (const [nic, address] of [
    ["lan0", "192.0.2.91/24"],
    ["wide0", "192.0.0.1/16"],
  ] as const) {
    inside("ip", "link", "add", nic, "type", "veth", "peer", "name", `${nic}p`);
    for (const end of [nic, `${nic}p`]) inside("ip", "link", "set", end, "up");
    inside("ip", "address", "add", address, "brd", "+", "dev", nic);
  }
});
afterAll(() => {
  execFileSync("ip", ["netns", "delete", SPACE]);
});

describe.each(["ocf:heartbeat:IPaddr2", OURS])("%s", (name) => {
  const home = mkdtempSync(join(tmpdir(), "address-agent-"));
  const agent = join(home, "agent");
  let said = "";

  /** Called where the interfaces are. */
  const install = (path: string): void =>
    writeFileSync(agent, `#!/bin/sh\nexec ip netns exec ${SPACE} ${path} "$@"\n`, { mode: 0o755 });

  beforeAll(() => {
    writeFileSync(join(home, "ours"), ADDRESS_AGENT, { mode: 0o755 });
    install(name === OURS ? join(home, "ours") : THEIRS);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const act = (action: string, more: Record<string, string> = {}): number | null => {
    const params = { ip: IP, cidr_netmask: "24", ...more };
    const done = call({ agent, action, resource: "p_ip_postgres", params, seconds: 20, state: home });
    said = done.stderr;
    return done.status;
  };

  test("comes where it is told, is seen, goes, and each of it again", () => {
    expect(act("validate-all", { nic: "lan0" })).toBe(OK);
    expect(act("monitor", { nic: "lan0" })).toBe(NOT_RUNNING);
    expect([act("start", { nic: "lan0" }), act("start", { nic: "lan0" })]).toEqual([OK, OK]);
    expect(addresses().sort()).toEqual([...NODE, `lan0 ${IP}/24 192.0.2.255`].sort());
    expect(act("monitor", { nic: "lan0" })).toBe(OK);
    expect([act("stop", { nic: "lan0" }), act("stop", { nic: "lan0" })]).toEqual([OK, OK]);
    expect(addresses()).toEqual(NODE);
    expect(act("monitor", { nic: "lan0" })).toBe(NOT_RUNNING);
  });

  test("finds the interface of the smallest network that the address is of", () => {
    expect(act("start")).toBe(OK);
    expect(addresses()).toContain(`lan0 ${IP}/24 192.0.2.255`);
    expect(act("stop")).toBe(OK);
    expect(act("start", { ip: "192.0.7.7", cidr_netmask: "16" })).toBe(OK);
    expect(addresses()).toContain("wide0 192.0.7.7/16 192.0.255.255");
    expect(act("stop", { ip: "192.0.7.7", cidr_netmask: "16" })).toBe(OK);
    expect(addresses()).toEqual(NODE);
  });

  test("in so much time", () => {
    const timed = [1, 2, 3, 4, 5].map(() => {
      const begun = performance.now();
      expect([act("start"), act("monitor"), act("stop")]).toEqual([OK, OK, OK]);
      return performance.now() - begun;
    });
    took[name] = Math.min(...timed);
  });

  if (name !== OURS) return;

  test("tells the neighbours, and no longer once it is gone", () => {
    const stub = join(home, "send_arp");
    const told = join(home, "told");
    writeFileSync(stub, `#!/bin/bash\necho "$*" >>${told}\necho $$ >${join(home, `send_arp-${IP}`)}\nsleep 30\n`, {
      mode: 0o755,
    });
    // What runs is bash; the agent only ends what runs its own sender.
    writeFileSync(
      join(home, "stubbed"),
      ADDRESS_AGENT.replace("for sender in ", `for sender in ${stub} `).replace('-ef "$sender"', "-ef /bin/bash"),
      { mode: 0o755 },
    );
    install(join(home, "stubbed"));
    expect(act("start")).toBe(OK);
    const until = Date.now() + 5000;
    while (!existsSync(join(home, `send_arp-${IP}`)) && Date.now() < until) spawnSync("sleep", ["0.05"]);
    const pid = readFileSync(join(home, `send_arp-${IP}`), "utf8").trim();
    expect(readFileSync(told, "utf8")).toBe(
      `-i 200 -r 5 -p ${join(home, `send_arp-${IP}`)} lan0 ${IP} auto not_used not_used\n`,
    );
    // One that has ended and that nobody has waited for has no command line any more.
    const runs = (): boolean => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
    expect(runs()).toBe(true);
    expect(act("stop")).toBe(OK);
    spawnSync("sleep", ["0.2"]);
    expect(runs()).toBe(false);
    install(join(home, "ours"));
  });

  test("spares a process that has the number of an announcement that is over", async () => {
    const other = spawn("sleep", ["60"]);
    const stale = (): void => writeFileSync(join(home, `send_arp-${IP}`), `${other.pid}\n`);
    stale();
    expect(act("start")).toBe(OK);
    // Until the announcements are over: they take note of themselves there.
    await new Promise((r) => setTimeout(r, 1500));
    stale();
    expect(act("stop")).toBe(OK);
    expect(existsSync(join(home, `send_arp-${IP}`))).toBe(false);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
  });

  test("says what is wrong, and brings nothing up", () => {
    for (const [params, status, why] of [
      [{ ip: "fe80::1" }, NOT_CONFIGURED, 'ip must be an IPv4 address, not "fe80::1"'],
      [{ ip: "" }, NOT_CONFIGURED, 'ip must be an IPv4 address, not ""'],
      [{ cidr_netmask: "255.255.255.0" }, NOT_CONFIGURED, "cidr_netmask must be the length of a prefix"],
      [{ cidr_netmask: "33" }, NOT_CONFIGURED, "cidr_netmask must be the length of a prefix"],
      [{ ip: "198.51.100.1" }, FAILED, "no interface has a network that 198.51.100.1 is of"],
      [{ nic: "none0" }, FAILED, `there is no interface none0 to put ${IP} on`],
    ] as const) {
      expect(act("start", params)).toBe(status);
      expect(said).toContain(`ocf-exit-reason:`);
      expect(said).toContain(why);
    }
    expect(addresses()).toEqual(NODE);
  });

  test("a machine without the program that tells the neighbours is no place for it", () => {
    writeFileSync(join(home, "bare"), ADDRESS_AGENT.replace(/for sender in .*; do/, "for sender in /none; do"), {
      mode: 0o755,
    });
    install(join(home, "bare"));
    expect(act("start")).toBe(NOT_INSTALLED);
    expect(said).toContain("send_arp is missing (resource-agents)");
    install(join(home, "ours"));
  });

  test("where nobody can say, a monitor and a stop fail", () => {
    const stub = join(home, "ip");
    writeFileSync(stub, "#!/bin/sh\necho 'no netlink' >&2\nexit 1\n", { mode: 0o755 });
    writeFileSync(join(home, "blind"), ADDRESS_AGENT.replace("PATH=", `PATH=${home}:`), { mode: 0o755 });
    install(join(home, "blind"));
    expect([act("monitor"), act("stop")]).toEqual([FAILED, FAILED]);
    expect(said).toContain(`${IP} is still here: no netlink`);
    install(join(home, "ours"));
  });

  test("its description is XML with the parameters that it reads", () => {
    const r = spawnSync(agent, ["meta-data"], { encoding: "utf8" });
    const check = spawnSync("xmllint", ["--nonet", "--noout", "-"], { input: r.stdout, encoding: "utf8" });
    expect([check.status, check.stderr]).toEqual([0, ""]);
    expect([...r.stdout.matchAll(/<parameter name="(\w+)"/g)].map((m) => m[1])).toEqual(["ip", "cidr_netmask", "nic"]);
    expect(act("promote")).toBe(3);
  });
});

test("both were there to be compared, and ours is faster", () => {
  expect(existsSync(THEIRS)).toBe(true);
  expect(took[OURS] as number).toBeLessThan(took["ocf:heartbeat:IPaddr2"] as number);
});

import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  IPMI_PASSWORD_FILE,
  IPMI_TOOL,
  XENAPI_PASSWORD_SCRIPT,
  XVM_KEY,
} from "../../../providers/fencing/secret/paths";
import { fenceSecret } from "../../../providers/fencing";
import type { FenceDevice } from "../../../providers/fencing";
import type { SecretKind } from "../../../providers/fencing/secret/spec";
import { renderParams } from "../../../providers/fencing/test/render";
import { reveal } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { run } from "./hypervisor";
import type { Ran } from "./hypervisor";
import { BOARD_EMULATION, boardLan, chassisScript, virtdConfiguration } from "./simulators";

export const PASSWORD = "right-password";
const connections = { qvddb1: { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" } };

/** What is being asked to power a machine, and a node's secret files, in a directory of their own. */
abstract class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), "qvd-ha-fence-kind-"));
  protected daemon?: ChildProcess;
  /** Words before the agent's name. */
  protected readonly place: readonly string[] = [];

  abstract start(): Promise<void>;

  /** Paths of a node's own files, as they are here. */
  private moved(text: string): string {
    return [IPMI_TOOL, IPMI_PASSWORD_FILE, XENAPI_PASSWORD_SCRIPT, XVM_KEY].reduce(
      (t, path) => t.replaceAll(new RegExp(`${path}(?![\\w.])`, "g"), this.file(path)),
      text,
    );
  }

  file = (path: string): string => join(this.dir, path.split("/").at(-1) as string);

  /** By the very steps of the deployment; their files' content follows them to where they are here. */
  async install(of: SecretKind, secret: string): Promise<void> {
    const spec = fenceSecret.schema.parse({ connections, of, secret });
    expect(fenceSecret.rules?.(spec)).toEqual([]);
    const absent = Array.from({ length: 2 }, () => "absent" as const);
    for (const { command } of steps(fenceSecret.plan(spec, { qvddb1: { states: absent } }))) {
      const content = Buffer.from(reveal(command.stdin ?? ""), "base64");
      const there = of === "xvm" ? content : Buffer.from(this.moved(content.toString()));
      const script = this.moved(command.script.text);
      expect(await run("bash", ["-euo", "pipefail", "-c", script], there.toString("base64"))).toMatchObject({
        code: 0,
      });
    }
  }

  /** The agent as Pacemaker runs it. */
  agent({ agent, params }: FenceDevice, action: string, more: Record<string, string> = {}): Promise<Ran> {
    const text = renderParams({ from: "a", node: "b", device: "p_fence", params: { ...params, ...more } });
    const [program, ...args] = [...this.place, agent] as unknown as [string, ...string[]];
    const input = this.moved(text).replace("action=status", `action=${action}`);
    return run(program, args, input, { PATH: `/usr/sbin:${process.env.PATH}` });
  }

  stop(): void {
    this.daemon?.kill("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  protected async until(done: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if (done()) return;
      await new Promise((r) => setTimeout(r, 100));
    }
    throw new Error(`${what} does not come up`);
  }
}

/** XenServer's XML-RPC, by a server of ours: xapi.py. */
export class XenServer extends Bench {
  url = "";
  private readonly log = join(this.dir, "calls");

  async start(): Promise<void> {
    const port = join(this.dir, "port");
    this.daemon = spawn("bash", ["-c", `exec python3 ${join(__dirname, "xapi.py")} ${this.log} >${port}`]);
    await this.until(() => existsSync(port) && readFileSync(port, "utf8").endsWith("\n"), "xapi.py");
    this.url = `http://127.0.0.1:${readFileSync(port, "utf8").trim()}`;
  }

  /** What a test does behind the agent's back. */
  behind(method: "set" | "stuck" | "get", machine: number, value: string | boolean = ""): string {
    const typed = typeof value === "boolean" ? (value ? "True" : "False") : `"${value}"`;
    const args = method === "get" ? "" : `, ${typed}`;
    const code = `import xmlrpc.client; print(xmlrpc.client.ServerProxy("${this.url}").test.${method}("OpaqueRef:${machine}"${args})["Value"])`;
    return execFileSync("python3", ["-c", code], { encoding: "utf8" }).trim();
  }

  calls = (): string => readFileSync(this.log, "utf8");
}

/** A management board: OpenIPMI's simulator, whose power switch is a file. */
export class Board extends Bench {
  readonly port = 20_000 + (process.pid % 20_000);
  private readonly power = join(this.dir, "power");

  async start(): Promise<void> {
    const { dir } = this;
    const chassis = join(dir, "chassis");
    const calls = `cd ${dir}; echo "$*" >>calls;`;
    const text = chassisScript("cat power", '[ -e stuck ] || echo "$3" >power');
    writeFileSync(chassis, text.replace("\n", `\n${calls}\n`), { mode: 0o755 });
    const { port } = this;
    writeFileSync(join(dir, "lan.conf"), boardLan({ address: "127.0.0.1", port, chassis, password: PASSWORD }));
    writeFileSync(join(dir, "emu"), BOARD_EMULATION);
    this.set(true);
    const args = ["-c", join(dir, "lan.conf"), "-f", join(dir, "emu"), "-s", join(dir, "state"), "-n", "-p"];
    this.daemon = spawn("ipmi_sim", args, { stdio: "ignore" });
    const hex = `:${this.port.toString(16).toUpperCase().padStart(4, "0")} `;
    await this.until(() => readFileSync("/proc/net/udp", "utf8").includes(hex), "ipmi_sim");
  }

  set = (on: boolean): void => writeFileSync(this.power, on ? "1\n" : "0\n");
  isOn = (): boolean => readFileSync(this.power, "utf8").trim() === "1";
  stuck(is: boolean): void {
    if (is) writeFileSync(join(this.dir, "stuck"), "");
    else rmSync(join(this.dir, "stuck"), { force: true });
  }
}

/** The real fence_virtd before libvirt's own test driver, which has one domain, "test"; in a network name space of its own, for its multicast. Needs root. */
export class Virtd extends Bench {
  private readonly space: string;
  protected override readonly place: readonly string[];

  constructor(private readonly transport: "multicast" | "tcp") {
    super();
    this.space = `qvdha-${transport}-${process.pid}`;
    this.place = ["ip", "netns", "exec", this.space];
  }

  async start(): Promise<void> {
    const where = { multicast: 'address = "225.0.0.12"; interface = "lo";', tcp: 'address = "127.0.0.1";' };
    const keyFile = join(this.dir, "hypervisor.key");
    writeFileSync(keyFile, Buffer.alloc(512, 7));
    const { transport } = this;
    writeFileSync(
      join(this.dir, "fence_virt.conf"),
      virtdConfiguration({ transport, keyFile, where: where[transport], uri: "test:///default" }),
    );
    const inside = `ip link set lo up; ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo
exec fence_virtd -F -d1 -f ${join(this.dir, "fence_virt.conf")} >${join(this.dir, "log")} 2>&1`;
    execFileSync("ip", ["netns", "add", this.space]);
    this.daemon = spawn("ip", ["netns", "exec", this.space, "bash", "-c", inside], { stdio: "ignore" });
    const file = this.transport === "tcp" ? "tcp" : "udp";
    const open = (): boolean => {
      const cat = ["netns", "exec", this.space, "cat", `/proc/net/${file}`];
      return execFileSync("ip", cat, { encoding: "utf8" }).includes(":04CD ");
    };
    await this.until(open, "fence_virtd");
  }

  override stop(): void {
    super.stop();
    execFileSync("ip", ["netns", "del", this.space]);
  }
}

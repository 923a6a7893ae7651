import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../../providers/corosync/render";
import type { Spec } from "../../../providers/corosync/spec";
import { nodeNames } from "../../../providers/corosync/spec";

/** Another address for the same node, which its interface has, too. */
export const MOVED: Readonly<Record<string, string>> = {
  "192.168.0.91": "192.168.1.91",
  "192.168.0.92": "192.168.1.92",
};

/** Two real corosync daemons, each in a network of its own, joined by two cables. Needs root. */
export class Pair {
  private readonly directory = mkdtempSync(join(tmpdir(), "corosync-pair-"));
  private readonly running = new Map<string, ChildProcess>();
  private readonly names: readonly string[];

  constructor(spec: Spec) {
    this.names = nodeNames(spec);
    const [a, b] = this.names.map((n) => this.space(n)) as [string, string];
    for (const s of [a, b]) sh(`ip netns add ${s}; ip -n ${s} link set lo up`);
    ["ring0", "ring1"].forEach((ring, i) => {
      sh(`ip link add l${i} netns ${a} type veth peer name l${i} netns ${b}`);
      for (const n of this.names) {
        const address = (spec.nodes[n] as Record<string, unknown>)[ring] as string;
        const more = MOVED[address] ? `; ip -n ${this.space(n)} addr add ${MOVED[address]}/24 dev l${i}` : "";
        sh(`ip -n ${this.space(n)} addr add ${address}/24 dev l${i}; ip -n ${this.space(n)} link set l${i} up${more}`);
      }
    });
  }

  private space(node: string): string {
    return `${this.directory.slice(-6)}-${node}`;
  }

  private place(node: string, file: string): string {
    return join(this.directory, node, file);
  }

  write(node: string, spec: Spec): void {
    mkdirSync(join(this.directory, node), { recursive: true });
    writeFileSync(this.place(node, "corosync.conf"), render(spec));
    writeFileSync(this.place(node, "authkey"), Buffer.from(spec.authkey, "base64"), { mode: 0o400 });
  }

  /** With its own memory, state and /etc/corosync, as two machines have. */
  start(node: string): void {
    const script = `for d in /dev/shm /run; do mount -t tmpfs t $d; done
mkdir -p /var/lib/corosync /etc/corosync /run/corosync; mount -t tmpfs t /var/lib/corosync
mount --bind ${join(this.directory, node)} /etc/corosync
exec corosync -f >>${this.place(node, "log")} 2>&1`;
    const child = spawn("ip", ["netns", "exec", this.space(node), "unshare", "-m", "-i", "bash", "-c", script], {
      stdio: "ignore",
    });
    this.running.set(node, child);
  }

  async stop(node: string): Promise<void> {
    const child = this.running.get(node);
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((r) => child.once("exit", r));
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 8000);
    await ended;
    clearTimeout(late);
  }

  in(node: string, command: string): string {
    const pid = String(this.running.get(node)?.pid);
    try {
      return execFileSync("nsenter", ["-t", pid, "-m", "-n", "-i", "--", "bash", "-c", command], {
        stdio: "pipe",
      }).toString();
    } catch (e) {
      return `failed: ${(e as { stderr?: Buffer }).stderr?.toString() ?? ""}`;
    }
  }

  log(node: string): string {
    return readFileSync(this.place(node, "log"), "utf8");
  }

  /** How many nodes this one is in a membership with. */
  members(node: string): number {
    return Number(/^Nodes:\s+(\d+)/m.exec(this.in(node, "corosync-quorumtool -s || true"))?.[1] ?? 0);
  }

  async until(node: string, members: number, seconds: number): Promise<boolean> {
    for (let i = 0; i < seconds * 2; i++) {
      if (this.members(node) === members) return true;
      await new Promise((r) => setTimeout(r, 500));
    }
    return false;
  }

  async end(): Promise<void> {
    await Promise.all(this.names.map((n) => this.stop(n)));
    for (const n of this.names) sh(`ip netns del ${this.space(n)} || true`);
    rmSync(this.directory, { recursive: true });
  }
}

const sh = (script: string): Buffer => execFileSync("bash", ["-c", script], { stdio: "pipe" });

import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../../providers/corosync/render";
import type { Spec } from "../../../providers/corosync/spec";
import type { Answer, Command } from "../../../providers/remote";
import { raw, reveal } from "../../../providers/remote";

export const ARBITER = "arbiter";
/** Where the nodes reach the arbiter, over a cable of its own each. */
export const ARBITER_ADDRESS = "10.9.0.1";
const NODES = ["qvddb1", "qvddb2"] as const;

/** Starts a daemon in the place that it is called in, and knows whether it did. */
const SYSTEMCTL = `#!/bin/bash
name=\${*: -1}
case "$*" in
*is-active*) [ -e /run/up-$name ] && kill -0 "$(</run/up-$name)" 2>/dev/null ;;
*is-enabled*) [ -e /run/enabled-$name ] ;;
*disable*) rm -f /run/enabled-$name; kill "$(</run/up-$name)"; rm -f /run/up-$name ;;
*enable*) : >/run/enabled-$name ;;
*restart*)
  [ ! -e /run/up-$name ] || kill "$(</run/up-$name)" 2>/dev/null
  setsid $name -f >/run/$name.log 2>&1 8>&- </dev/null &
  echo $! >/run/up-$name
  ;;
esac
`;

/** Two nodes and the host of a third vote: the real Corosync, qdevice and qnetd, each place with a network and an /etc/corosync of its own. Needs root. */
export class Trio {
  private readonly dir = mkdtempSync(join(tmpdir(), "corosync-trio-"));
  private readonly holders = new Map<string, ChildProcess>();

  constructor() {
    const all = [...NODES, ARBITER];
    mkdirSync(join(this.dir, "bin"));
    writeFileSync(join(this.dir, "bin/systemctl"), SYSTEMCTL, { mode: 0o755 });
    for (const p of all) sh(`ip netns add ${this.space(p)}; ip -n ${this.space(p)} link set lo up`);
    const [a, b, c] = all.map((p) => this.space(p)) as [string, string, string];
    ["172.20.64", "192.168.0"].forEach((net, i) => {
      sh(`ip link add r${i} netns ${a} type veth peer name r${i} netns ${b}
for x in 1 2; do s=${a}; [ $x = 1 ] || s=${b}; ip -n $s addr add ${net}.9$x/24 dev r${i}; ip -n $s link set r${i} up; done`);
    });
    sh(`ip -n ${c} addr add ${ARBITER_ADDRESS}/32 dev lo
n=0; for s in ${a} ${b}; do n=$((n + 1))
ip link add q netns $s type veth peer name q$n netns ${c}
ip -n $s addr add 10.9.$n.2/24 dev q; ip -n $s link set q up; ip -n $s route add ${ARBITER_ADDRESS} via 10.9.$n.1
ip -n ${c} addr add 10.9.$n.1/24 dev q$n; ip -n ${c} link set q$n up; done`);
    for (const p of all) this.hold(p);
  }

  private space(place: string): string {
    return `${this.dir.slice(-6)}-${place}`;
  }

  private hold(place: string): void {
    const script = `mount --make-rprivate /
for d in /dev/shm /run /etc/corosync; do mount -t tmpfs t $d; done
mkdir -p /var/lib/corosync /run/corosync; mount -t tmpfs t /var/lib/corosync
: >/run/ready; exec sleep infinity`;
    const args = ["netns", "exec", this.space(place), "unshare", "-m", "-i", "bash", "-c", script];
    this.holders.set(place, spawn("ip", args, { stdio: "ignore" }));
  }

  run(place: string, { script, stdin }: Pick<Command, "script" | "stdin">): Answer {
    const pid = String(this.holders.get(place)?.pid);
    const text = `export PATH=${join(this.dir, "bin")}:$PATH\nuntil [ -e /run/ready ]; do sleep 0.1; done\n${script.text}`;
    const args = ["-t", pid, "-m", "-n", "-i", "--", "bash", "-euo", "pipefail", "-c", text];
    const r = spawnSync("nsenter", args, { encoding: "utf8", input: stdin === undefined ? "" : reveal(stdin) });
    return { code: r.status ?? 124, stdout: r.stdout, stderr: r.stderr };
  }

  in(place: string, text: string): string {
    const { stdout, stderr } = this.run(place, { script: raw(text) });
    return stdout + stderr;
  }

  start(place: string, spec: Spec): void {
    const conf = render(spec).replace("to_stderr: yes", "to_stderr: no");
    this.run(place, { script: raw("cat >/etc/corosync/corosync.conf"), stdin: conf });
    this.in(
      place,
      `base64 -d <<<${spec.authkey} >/etc/corosync/authkey; chmod 400 /etc/corosync/authkey; systemctl restart corosync`,
    );
  }

  stop(place: string, daemon: string): void {
    this.in(place, `kill "$(cat /run/up-${daemon})" || true; rm -f /run/up-${daemon}`);
  }

  /** The cables between the nodes carry nothing any more: packets are dropped, no link goes down. */
  part(): void {
    for (const n of NODES)
      this.in(
        n,
        `nft add table inet cut; nft add chain inet cut in '{ type filter hook input priority 0; }'
nft add rule inet cut in iifname '"r*"' drop`,
      );
  }

  mend(): void {
    for (const n of NODES) this.in(n, "nft delete table inet cut || true");
  }

  members = (node: string): boolean => /^Nodes:\s+2/m.test(this.in(node, "corosync-quorumtool -s || true"));
  quorate = (node: string): boolean => /^Quorate:\s+Yes/m.test(this.in(node, "corosync-quorumtool -s || true"));

  async until(done: () => boolean, seconds: number): Promise<boolean> {
    for (let i = 0; i < seconds; i++) {
      if (done()) return true;
      await new Promise((r) => setTimeout(r, 1000));
    }
    return false;
  }

  end(): void {
    for (const p of [...NODES, ARBITER]) {
      for (const d of ["corosync-qdevice", "corosync-qnetd", "corosync"]) this.stop(p, d);
      this.holders.get(p)?.kill("SIGKILL");
      sh(
        `ip netns pids ${this.space(p)} | xargs -r kill -9 2>/dev/null || true; ip netns del ${this.space(p)} || true`,
      );
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const sh = (script: string): Buffer => execFileSync("bash", ["-ec", script], { stdio: "pipe" });

import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { renderLine, renderShell } from "../../../providers/fencing/access/render";
import { KNOWN_HOSTS } from "../../../providers/fencing/client/paths";
import { renderConfig, renderKnownHosts } from "../../../providers/fencing/client/render";

/** Keeps each domain's state in a file, and what it was called with in a log; takes one command string, `;` between commands, as virsh does. */
const VIRSH = (dir: string): string => `#!/bin/bash
cd ${dir}/domains
printf '%s\\n' "$*" >>${dir}/calls
[ ! -e ${dir}/virsh-broken ] || { echo "error: failed to connect to the hypervisor" >&2; exit 1; }
[ ! -e ${dir}/virsh-mute ] || exit 0
[ "$1 $2 $3" = "-q -c qemu:///system" ] || exit 9
shift 3
IFS=';' read -ra commands <<<"$*"
rc=0
for c in "\${commands[@]}"; do
  read -r verb name rest <<<"$c"
  case $verb in
  list) n=0; for d in *; do printf ' %s   %s   %s\\n' $((++n)) "$d" "$(cat "$d")"; done ;;
  domstate) if [ -e "$name" ]; then cat "$name"; echo; else echo "error: failed to get domain '$name'" >&2; rc=1; fi ;;
  destroy) if [ "$(cat "$name")" = 'shut off' ]; then echo "error: Requested operation is not valid: domain is not running" >&2; else echo 'shut off' >"$name"; fi ;;
  start) [ -e ${dir}/start-fails ] && echo "error: no memory" >&2 || echo running >"$name" ;;
  esac
done
exit $rc
`;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

async function answering(port: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref();
    });
    if (open) return;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error("sshd does not answer");
}

/** Makes a key pair there, and gives the public half. */
export const keyPair = (path: string): string => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8").trim();
};

/** A hypervisor on loopback: the real sshd, our forced command and authorized_keys line, a virsh that only pretends. */
export class Hypervisor {
  readonly dir = mkdtempSync(join(tmpdir(), "qvd-ha-fencing-"));
  readonly user = userInfo().username;
  readonly key = join(this.dir, "fence_key");
  readonly config = join(this.dir, "ssh_config");
  readonly knownHosts = join(this.dir, "known_hosts");
  readonly authorizedKeys = join(this.dir, "authorized_keys");
  port = 0;
  private sshd?: ChildProcess;

  /** @param startAfterSeconds as in the spec of `fenceAccess` */
  async start(startAfterSeconds?: number): Promise<void> {
    const { dir } = this;
    mkdirSync(join(dir, "domains"));
    const publicKey = keyPair(this.key);
    const hostKey = keyPair(join(dir, "host_key"));
    writeFileSync(join(dir, "virsh"), VIRSH(dir), { mode: 0o755 });
    const access = {
      publicKey,
      domains: ["qvddb1", "qvddb2"],
      libvirtUri: "qemu:///system",
      virshPath: join(dir, "virsh"),
      commandPath: join(dir, "qvd-ha-fence"),
      allowFrom: ["127.0.0.1"],
      startAfterSeconds,
    };
    writeFileSync(access.commandPath, renderShell(access), { mode: 0o755 });
    writeFileSync(this.authorizedKeys, `${renderLine(access)}\n`);
    this.port = await freePort();
    const hypervisors = [{ name: "aries", address: "127.0.0.1", port: this.port, hostKey }];
    writeFileSync(
      this.config,
      renderConfig({ hypervisors, keyPath: this.key }).replaceAll(KNOWN_HOSTS, this.knownHosts),
    );
    writeFileSync(this.knownHosts, renderKnownHosts(hypervisors));
    writeFileSync(
      join(dir, "sshd_config"),
      [
        `Port ${this.port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${join(dir, "host_key")}`,
        `AuthorizedKeysFile ${this.authorizedKeys}`,
        `PidFile ${join(dir, "sshd.pid")}`,
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "Subsystem sftp internal-sftp",
        "",
      ].join("\n"),
    );
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    this.sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(dir, "sshd_config")], { stdio: "ignore" });
    await answering(this.port);
  }

  /** Every domain as at the start of a test, virsh in order, nothing called. */
  reset(): void {
    for (const name of ["qvddb1", "qvddb2", "other"]) writeFileSync(join(this.dir, "domains", name), "running\n");
    for (const name of ["virsh-broken", "virsh-mute", "start-fails", "calls"])
      rmSync(join(this.dir, name), { force: true });
  }

  set(name: string, state: string): void {
    writeFileSync(join(this.dir, "domains", name), `${state}\n`);
  }

  state = (name: string): string => readFileSync(join(this.dir, "domains", name), "utf8").trim();

  flag(name: "virsh-broken" | "virsh-mute" | "start-fails"): void {
    writeFileSync(join(this.dir, name), "");
  }

  calls(): string[] {
    const file = join(this.dir, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  stop(): void {
    this.sshd?.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program with text on its standard input, and gives back all that it said. */
export function run(program: string, args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    let output = "";
    child.stdout.on("data", (d: Buffer) => (output += d.toString()));
    child.stderr.on("data", (d: Buffer) => (output += d.toString()));
    child.on("error", reject).on("close", (code) => resolve({ code, output }));
    child.stdin.on("error", () => undefined).end(input);
  });
}

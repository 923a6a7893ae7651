import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** A real sshd on loopback with keys of its own; nothing of the machine's own SSH is touched. */
export class Sshd {
  private constructor(
    private readonly process: ChildProcess,
    readonly dir: string,
    readonly connection: Connection,
    readonly port: number,
  ) {}

  /** @param more options of sshd_config, as `MaxSessions=2` */
  static async start(...more: string[]): Promise<Sshd> {
    const dir = mkdtempSync(join(tmpdir(), "qvd-ha-sshd-"));
    for (const key of ["host", "other", "client"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, key)]);
    writeFileSync(join(dir, "authorized"), readFileSync(join(dir, "client.pub")), { mode: 0o600 });
    mkdirSync("/run/sshd", { recursive: true });
    const port = await freePort();
    // Of an option given twice, sshd takes the first.
    const options = [
      ...more,
      "HostKey=" + join(dir, "host"),
      "AuthorizedKeysFile=" + join(dir, "authorized"),
      "ListenAddress=127.0.0.1",
      "PidFile=none",
      "StrictModes=no",
      "PermitRootLogin=prohibit-password",
      "UsePAM=no",
    ];
    const child = spawn(
      "/usr/sbin/sshd",
      ["-D", "-e", "-f", "/dev/null", "-p", String(port), ...options.flatMap((o) => ["-o", o])],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let log = "";
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`sshd ended with ${code}: ${log}`)));
      child.stderr.setEncoding("utf8").on("data", (d: string) => {
        log += d;
        if (log.includes("Server listening")) resolve();
      });
    });
    const connection = {
      host: "127.0.0.1",
      port,
      user: "root",
      hostKey: readFileSync(join(dir, "host.pub"), "utf8").trim(),
      privateKey: readFileSync(join(dir, "client"), "utf8"),
    };
    return new Sshd(child, dir, connection, port);
  }

  /** The same connection with the public key of another host. */
  get impostor(): Connection {
    return { ...this.connection, hostKey: readFileSync(join(this.dir, "other.pub"), "utf8").trim() };
  }

  /**
   * Ends every connection at once and without a word, as a broken network does.
   * @param session also ends what the connections run, as far as it is the session's; `listener`: nobody can come back
   */
  cut({ session = false, listener = false } = {}): void {
    const children = (pid: number): number[] =>
      spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
        .stdout.split("\n")
        .map(Number)
        .filter((n) => n > 0);
    const sid = (pid: number): string =>
      spawnSync("ps", ["-o", "sid=", "-p", String(pid)], { encoding: "utf8" }).stdout;
    const end = (pid: number): void => {
      for (const child of children(pid)) if (session && sid(child) === sid(pid)) end(child);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone already.
      }
    };
    const connections = children(this.process.pid as number);
    if (listener) {
      this.process.removeAllListeners("exit");
      this.process.kill("SIGKILL");
    }
    for (const pid of connections) {
      const shells = children(pid);
      process.kill(pid, "SIGKILL");
      if (session) shells.forEach(end);
    }
  }

  stop(): void {
    this.process.removeAllListeners("exit");
    this.process.kill("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true });
  }
}

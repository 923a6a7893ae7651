import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { environment, inLab, ROOT, sh } from "./stack";

const STARTS_SECONDS = 20;
/** So many characters of what it has said last are kept. */
const SAID = 4000;

/** A program that runs in the lab's network on this machine until it is told to end. */
export class Daemon {
  private child?: ChildProcess;

  /**
   * @param command one simple command, with absolute paths
   * @param listens port on which it is then waited for
   */
  async start(command: string, listens?: { readonly port: number; readonly by: "tcp" | "udp" }): Promise<void> {
    let said = "";
    const child = spawn("bash", ["-c", `. ./env.sh && exec lab/lab exec -- ${command}`], {
      cwd: ROOT,
      env: environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (d: Buffer) => (said = `${said}${d.toString()}`.slice(-SAID)));
    if (!listens) return;
    const sockets = inLab(`ss -Hln${listens.by === "tcp" ? "t" : "u"} sport = :${listens.port}`);
    const up = await sh(
      `for i in $(seq ${STARTS_SECONDS}); do if ${sockets} | grep -q .; then exit 0; fi; sleep 1; done; exit 1`,
    );
    if (up.code !== 0)
      throw new Error(`nothing listens on port ${listens.port} after ${STARTS_SECONDS} s: ${command}\n${said}`);
  }

  /** With everything that it has started; nothing where it does not run. */
  stop(): void {
    if (this.child?.pid !== undefined && this.child.exitCode === null) process.kill(-this.child.pid, "SIGTERM");
    delete this.child;
  }
}

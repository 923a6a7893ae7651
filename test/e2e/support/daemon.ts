import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { environment, inLab, must, ROOT } from "./stack";

const STARTS_SECONDS = 20;

/** A program that runs in the lab's network on this machine until it is told to end. */
export class Daemon {
  private child?: ChildProcess;

  /**
   * @param command one simple command, with absolute paths
   * @param listens port on which it is then waited for
   */
  async start(command: string, listens?: { readonly port: number; readonly by: "tcp" | "udp" }): Promise<void> {
    this.child = spawn("bash", ["-c", `. ./env.sh && exec lab/lab exec -- ${command}`], {
      cwd: ROOT,
      env: environment,
      detached: true,
      stdio: "ignore",
    });
    if (!listens) return;
    const sockets = inLab(`ss -Hln${listens.by === "tcp" ? "t" : "u"} sport = :${listens.port}`);
    await must(
      `for i in $(seq ${STARTS_SECONDS}); do if ${sockets} | grep -q .; then exit 0; fi; sleep 1; done; exit 1`,
    );
  }

  /** With everything that it has started; nothing where it does not run. */
  stop(): void {
    if (this.child?.pid !== undefined && this.child.exitCode === null) process.kill(-this.child.pid, "SIGTERM");
    delete this.child;
  }
}

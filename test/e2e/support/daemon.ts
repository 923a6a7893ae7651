import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { environment, ROOT } from "./stack";

/** A program that runs in the lab's network on this machine until it is told to end. */
export class Daemon {
  private child?: ChildProcess;

  /** @param command one simple command, with absolute paths */
  start(command: string): void {
    this.child = spawn("bash", ["-c", `. ./env.sh && exec lab/lab exec -- ${command}`], {
      cwd: ROOT,
      env: environment,
      detached: true,
      stdio: "ignore",
    });
  }

  /** With everything that it has started; nothing where it does not run. */
  stop(): void {
    if (this.child?.pid !== undefined && this.child.exitCode === null) process.kill(-this.child.pid, "SIGTERM");
    delete this.child;
  }
}

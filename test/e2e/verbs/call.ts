import { spawn } from "node:child_process";
import type { Call } from "./case";

/** What a call said, and how it ended; undefined where it was killed. */
export interface Ended {
  readonly code: number | undefined;
  readonly said: string;
}

/** Calls the script that the Makefile calls. */
export function call(c: Call, words: string): Promise<Ended> {
  const child = spawn("tools/verbs/qvd-ha", words.split(" "), {
    env: { ...process.env, CONSENT: "", QVD_HA_CONSENT: c.consent ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what is killed is all of it, and not the script alone.
    detached: true,
  });
  let said = "";
  let killed = false;
  const kill = (): void => {
    killed = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  const timer = typeof c.killed === "number" ? setTimeout(kill, c.killed * 1000) : undefined;
  const hear = (d: Buffer): void => {
    said += d.toString();
    process.stderr.write(d);
    if (c.killed instanceof RegExp && !killed && c.killed.test(said)) kill();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: killed ? undefined : (code ?? 1), said });
    });
  });
}

import { spawn } from "node:child_process";
import type { Call } from "./case";

/** What a call said, and how it ended; undefined where it was killed. */
export interface Ended {
  readonly code: number | undefined;
  readonly said: string;
}

/** Calls the program as the Makefile does, where the nodes can be reached. */
export function call(c: Call, words: string, outputs: string): Promise<Ended> {
  const args = [
    "-r",
    "ts-node/register/transpile-only",
    "tools/cli/main.ts",
    "--outputs",
    outputs,
    ...words.split(" "),
  ];
  const child = spawn("node", args, {
    env: { ...process.env, QVD_HA_CONSENT: c.consent ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let killed = false;
  const kill = (): void => {
    killed = true;
    child.kill("SIGKILL");
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

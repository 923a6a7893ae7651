import { spawn } from "node:child_process";
import type { Answer, Command } from "../remote";

/** Runs a command on this very machine, for what can be asked without any node. A missing program is an answer like any other: status 127. */
export function runHere(command: Command): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", command.script.text], {
      env: { ...process.env, LC_ALL: "C" },
      timeout: (command.timeoutSeconds ?? 60) * 1000,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (d: string) => (stdout += d));
    child.stderr.setEncoding("utf8").on("data", (d: string) => (stderr += d));
    child.once("error", (e) => resolve({ code: 127, stdout, stderr: e.message }));
    child.once("close", (code) => resolve({ code: code ?? 124, stdout, stderr }));
    // It may end without reading: that is told by its status.
    child.stdin.on("error", () => undefined);
    child.stdin.end(typeof command.stdin === "string" ? command.stdin : "");
  });
}

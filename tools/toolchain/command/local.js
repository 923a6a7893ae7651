// Commands on this machine.
"use strict";
const { spawn } = require("child_process");

const children = new Set();

/** Resolves to the exit code, or the signal's name. */
function runLocal(inputs, command, environment, out) {
  const [program, ...args] = [...(inputs.interpreter || ["/bin/sh", "-c"]), command];
  return new Promise((resolve, reject) => {
    // A process group of its own: what a shell has started must end with the shell.
    const child = spawn(program, args, { cwd: inputs.dir, env: { ...process.env, ...environment }, detached: true });
    if (child.pid) children.add(child);
    out.listen("stdout", child.stdout);
    out.listen("stderr", child.stderr);
    // A command may end without having read its stdin.
    child.stdin.on("error", () => {}).end(inputs.stdin ?? "");
    child.on("error", reject);
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve(signal || code);
    });
  });
}

function killLocal(signal) {
  for (const { pid } of children) {
    try {
      process.kill(-pid, signal);
    } catch (e) {
      // It may have ended by itself, or never have started.
      if (e.code !== "ESRCH") throw e;
    }
  }
}

module.exports = { runLocal, killLocal };

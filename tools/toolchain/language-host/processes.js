// The processes we start, and how they end.
"use strict";
const { spawn } = require("child_process");
const { fill, grpc } = require("./sdk");

const children = new Set();

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

/** Runs a command and sends what it prints to the caller of a streaming method; `done` gets its exit code. */
function stream(call, Response, { command, args, ...options }, done) {
  const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  child.stdout.on("data", (stdout) => call.write(fill(new Response(), { stdout })));
  child.stderr.on("data", (stderr) => call.write(fill(new Response(), { stderr })));
  call.on("cancelled", () => child.kill("SIGTERM"));
  child.on("error", (e) => fail(call, e.message));
  child.on("close", (code) => done(code ?? 1));
}

const fail = (call, details) => call.emit("error", { code: grpc.status.UNKNOWN, details });

process.on("exit", () => children.forEach((child) => child.kill()));

module.exports = { start, stream, fail };

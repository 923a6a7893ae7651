// Secret values arrive wrapped, as the engine's wire format has it.
"use strict";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const wrapSecret = (value) => ({ [SIGNATURE]: SECRET, value });

/** Strips the wrappers at any depth; `found.secret` tells whether there was one. */
function plain(value, found = {}) {
  if (Array.isArray(value)) return value.map((item) => plain(item, found));
  if (value === null || typeof value !== "object") return value;
  if (value[SIGNATURE] === SECRET) {
    found.secret = true;
    return plain(value.value, found);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, found)]));
}

/**
 * Whether what a command prints may show a secret: any secret input but the connection, which always is one and which no
 * command sees.
 */
function mayShowSecret(inputs) {
  const found = {};
  plain({ ...inputs, connection: undefined }, found);
  return found.secret === true;
}

/** The resource's outputs: `stdout` and `stderr` are secrets when they may show one. */
function outputs(inputs, { stdout, stderr }) {
  const wrap = mayShowSecret(inputs) ? wrapSecret : (value) => value;
  return { ...inputs, stdout: wrap(stdout), stderr: wrap(stderr) };
}

module.exports = { plain, mayShowSecret, outputs };

// patch.js PATCH DIRECTORY - applies a unified diff to the files in DIRECTORY, at the very lines that it names. Unlike patch
// and git, which need not be on every machine, it never looks for a place that fits.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const [file, directory] = process.argv.slice(2);
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

function stop(text) {
  process.stderr.write(`${file}: ${text}\n`);
  process.exit(1);
}

/** Takes one hunk off the patch and puts it into the lines; says how many lines longer they are. */
function hunk(patch, lines, shift, name) {
  const [head, start, before = 1, after = 1] = HUNK.exec(patch.shift());
  const old = [];
  const now = [];
  while (old.length < before || now.length < after) {
    const line = patch.shift() ?? stop(`${head} of ${name} has no end`);
    if (line[0] !== "+") old.push(line.slice(1));
    if (line[0] !== "-") now.push(line.slice(1));
  }
  const at = Number(start) - 1 + shift;
  const there = lines.splice(at, old.length, ...now);
  const wrong = old.findIndex((line, i) => line !== there[i]);
  if (wrong >= 0) {
    stop(
      `line ${Number(start) + wrong} of ${name} should be ${JSON.stringify(old[wrong])}, and is ${JSON.stringify(there[wrong])}`,
    );
  }
  return now.length - old.length;
}

const patch = readFileSync(file, "utf8").split("\n");
let files = 0;
while (patch.length > 0) {
  const name = /^\+\+\+ b\/(\S+)/.exec(patch.shift())?.[1];
  if (name === undefined) continue;
  const path = join(directory, name);
  const lines = readFileSync(path, "utf8").split("\n");
  let shift = 0;
  while (HUNK.test(patch[0] ?? "")) shift += hunk(patch, lines, shift, name);
  writeFileSync(path, lines.join("\n"));
  files += 1;
}
if (files === 0) stop("there is no diff in it");

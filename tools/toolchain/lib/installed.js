// Exits with 0 when node_modules is what package-lock.json asks for, by npm's own record of what it installed.
"use strict";
const { readFileSync } = require("fs");

const LISTED = "package-lock.json";
const INSTALLED = "node_modules/.package-lock.json";

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return {};
  }
}

const identity = (p) => (p ? JSON.stringify([p.version, p.integrity, p.resolved, p.link]) : undefined);
// The record has only what is below node_modules, and no optional package of another platform.
const listed = Object.entries(packages(LISTED)).filter(([path]) => path.includes("node_modules/"));
const installed = packages(INSTALLED);
const wanted = new Set(listed.map(([path]) => path));

const missing = listed.some(
  ([path, p]) => !(p.optional && !installed[path]) && identity(installed[path]) !== identity(p),
);
const foreign = Object.keys(installed).some((path) => path.includes("node_modules/") && !wanted.has(path));
process.exit(missing || foreign || listed.length === 0 ? 1 : 0);

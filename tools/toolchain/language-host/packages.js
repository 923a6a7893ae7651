// What lies in node_modules: the packages a program depends on, and the plugins that those need.
"use strict";
const fs = require("fs");
const path = require("path");
const { fill, lang, plugin } = require("./sdk");

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function* below(modules, seen) {
  for (const name of fs.existsSync(modules) ? fs.readdirSync(modules) : []) {
    if (name.startsWith(".")) continue;
    const dir = path.join(modules, name);
    if (name.startsWith("@")) {
      yield* below(dir, seen);
      continue;
    }
    const real = fs.existsSync(dir) && fs.realpathSync(dir);
    if (!real || seen.has(real)) continue;
    seen.add(real);
    const json = readJson(path.join(real, "package.json"));
    if (json) yield json;
    yield* below(path.join(real, "node_modules"), seen);
  }
}

/** The package.json of every package that a program in `dir` can reach, nested ones too. */
function* packages(dir) {
  const seen = new Set();
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    yield* below(path.join(at, "node_modules"), seen);
    if (at === path.dirname(at)) return;
  }
}

const parameterization = ({ name, version, value }) =>
  fill(new plugin.PackageParameterization(), { name, version, value });

function dependency(json) {
  const p = json.pulumi;
  const dep = fill(new plugin.PackageDependency(), {
    kind: "resource",
    name: p.name || json.name.replace(/^@pulumi\//, "").replace(/^@/, ""),
    version: (p.version || json.version || "").replace(/^(?=\d)/, "v"),
    server: p.server || "",
  });
  if (p.parameterization) dep.setParameterization(parameterization(p.parameterization));
  if (p.extensionParameterization) dep.setExtension$(parameterization(p.extensionParameterization));
  return dep;
}

/** LanguageRuntime.GetRequiredPackages */
function requiredPackages(req) {
  const found = new Map();
  for (const json of packages(req.getInfo().getProgramDirectory())) {
    if (!json.pulumi?.resource) continue;
    const dep = dependency(json);
    found.set(Buffer.from(dep.serializeBinary()).toString("base64"), dep);
  }
  return fill(new lang.GetRequiredPackagesResponse(), { packagesList: [...found.values()] });
}

/** LanguageRuntime.GetProgramDependencies */
function programDependencies(req) {
  const dir = req.getInfo().getProgramDirectory();
  const json = readJson(path.join(dir, "package.json")) || {};
  const direct = { ...json.dependencies, ...json.devDependencies };
  const dependenciesList = [...packages(dir)]
    .filter((p) => req.getTransitivedependencies() || p.name in direct)
    .map(({ name, version }) => fill(new lang.DependencyInfo(), { name, version }));
  return fill(new lang.GetProgramDependenciesResponse(), { dependenciesList });
}

module.exports = { requiredPackages, programDependencies };

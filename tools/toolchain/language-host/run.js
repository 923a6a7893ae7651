// Running programs, policy packs and source plugins with the entry points of @pulumi/pulumi.
"use strict";
const fs = require("fs");
const path = require("path");
const { fill, lang, requireFrom } = require("./sdk");
const { start, stream, fail } = require("./processes");

const ALREADY_REPORTED = 32; // exit code of cmd/run when the user has seen the error already
const NO_SDK = "It looks like the Pulumi SDK has not been installed. Have you run npm install or yarn install?";

let cancelled = false;
/** From now on a program that dies was told to. */
const cancel = () => (cancelled = true);

const options = (info) => info?.getOptions()?.toJavaScript() || {};
const nodeArgs = (info) => (options(info).nodeargs || "").split(/\s+/).filter(Boolean);

function entryPoint(dir, name) {
  try {
    return requireFrom(dir).resolve(`@pulumi/pulumi/cmd/${name}`);
  } catch {
    return undefined;
  }
}

function programArgs(req, engine) {
  const info = req.getInfo();
  const flags = {
    monitor: req.getMonitorAddress(),
    engine,
    organization: req.getOrganization(),
    project: req.getProject(),
    stack: req.getStack(),
    pwd: req.getPwd(),
    "root-directory": info.getRootDirectory(),
    "query-mode": String(req.getQuerymode()),
    parallel: String(req.getParallel()),
  };
  const args = Object.entries(flags).flatMap(([k, v]) => (v ? [`--${k}`, v] : []));
  if (req.getDryrun()) args.push("--dry-run");
  return [...args, info.getEntryPoint() || ".", ...req.getArgsList()];
}

function programEnv(req) {
  const { typescript, tsconfig } = options(req.getInfo());
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(req.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(req.getConfigsecretkeysList()),
    ...(typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

/** LanguageRuntime.Run. The program stays up while it serves hooks and transforms of operations in flight. */
function run(req, call, engine) {
  const res = new lang.RunResponse();
  const entry = entryPoint(req.getInfo().getProgramDirectory(), "run");
  if (!entry) return fill(res, { error: NO_SDK });
  return new Promise((resolve) => {
    const args = [...nodeArgs(req.getInfo()), entry, ...programArgs(req, engine)];
    const child = start("node", args, { env: programEnv(req), stdio: ["ignore", "inherit", "inherit"] });
    call.on("cancelled", () => child.kill("SIGTERM"));
    child.on("error", (e) => resolve(fill(res, { error: `could not run node: ${e.message}` })));
    child.on("close", (code, signal) => {
      if (code === ALREADY_REPORTED || cancelled) res.setBail(true);
      else if (signal) res.setError(`Program exited due to a signal: ${signal}`);
      else if (code) res.setError(`Program exited with non-zero exit code: ${code}`);
      resolve(res);
    });
  });
}

/** LanguageRuntime.RunPlugin: a policy pack (kind "analyzer") or a plugin that is Node source. */
function runPlugin(call) {
  const req = call.request;
  const info = req.getInfo();
  const dir = info.getProgramDirectory();
  const policy = req.getKind() === "analyzer";
  const entry = entryPoint(dir, policy ? "run-policy-pack" : "run-plugin");
  if (!entry) return fail(call, NO_SDK);
  // run-policy-pack <engine> <program>, with the tsconfig looked up in cwd; run-plugin <program> <args>.
  const args = policy ? [...req.getArgsList(), dir] : [dir, ...req.getArgsList()];
  const env = Object.fromEntries(req.getEnvList().map((e) => [e.split("=", 1)[0], e.slice(e.indexOf("=") + 1)]));
  const cwd = policy ? dir : req.getPwd();
  const command = { command: "node", args: [...nodeArgs(info), entry, ...args], cwd, env };
  stream(call, lang.RunPluginResponse, command, (exitcode) => {
    call.write(fill(new lang.RunPluginResponse(), { exitcode }));
    call.end();
  });
}

/** LanguageRuntime.InstallDependencies */
function installDependencies(call) {
  const info = call.request.getInfo();
  const cwd = info ? info.getProgramDirectory() : call.request.getDirectory();
  const command = options(info).packagemanager || "npm";
  const ci = command === "npm" && fs.existsSync(path.join(cwd, "package-lock.json"));
  stream(call, lang.InstallDependenciesResponse, { command, args: [ci ? "ci" : "install"], cwd }, (code) =>
    code ? fail(call, `${command} exited with ${code}`) : call.end(),
  );
}

module.exports = { run, runPlugin, installDependencies, cancel };

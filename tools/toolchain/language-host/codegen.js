// SDK generation is Go code of Pulumi's: a small program beside `pulumi` does it (see go/cli/codegen).
"use strict";
const { lang } = require("./sdk");
const { start } = require("./processes");

const HELPER = "pulumi-codegen-nodejs";

/** LanguageRuntime.GeneratePackage */
function generatePackage(req) {
  const { extraFilesMap, localDependenciesMap, ...input } = req.toObject();
  input.extraFiles = Object.fromEntries(
    req
      .getExtraFilesMap()
      .toArray()
      .map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
  );
  input.localDependencies = Object.fromEntries(localDependenciesMap);
  return new Promise((resolve, reject) => {
    const child = start(HELPER, [], { stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text) => (stderr += text));
    child.on("error", (e) => reject(new Error(`${HELPER}: ${e.message} (is the toolchain's bin in PATH?)`)));
    child.on("close", (code) =>
      code ? reject(new Error(stderr.trim())) : resolve(new lang.GeneratePackageResponse()),
    );
    child.stdin.on("error", () => {}).end(JSON.stringify(input));
  });
}

module.exports = { generatePackage };

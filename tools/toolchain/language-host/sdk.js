// The protocol comes with @pulumi/pulumi: nothing is generated here, so it always fits the SDK that the program uses.
"use strict";
const path = require("path");
const { createRequire } = require("module");

/** A `require` that resolves as a file in `dir` would. */
const requireFrom = (dir) => createRequire(path.join(dir, "noop.js"));

/** The SDK of the project that the engine started us in; else of the checkout that holds this file. */
function sdkRequire() {
  for (const dir of [process.cwd(), __dirname]) {
    try {
      return createRequire(requireFrom(dir).resolve("@pulumi/pulumi/package.json"));
    } catch (e) {
      if (e.code !== "MODULE_NOT_FOUND") throw e;
    }
  }
  console.error("pulumi-language-nodejs: cannot find @pulumi/pulumi (has npm ci been run?)");
  process.exit(1);
}

/** Calls the setter of every given field: messages have no other constructor. */
function fill(message, fields) {
  for (const [name, value] of Object.entries(fields)) message[`set${name[0].toUpperCase()}${name.slice(1)}`](value);
  return message;
}

const sdk = sdkRequire();

module.exports = {
  requireFrom,
  fill,
  grpc: sdk("@grpc/grpc-js"),
  lang: sdk("./proto/language_pb"),
  plugin: sdk("./proto/plugin_pb"),
  LanguageRuntimeService: sdk("./proto/language_grpc_pb").LanguageRuntimeService,
  Empty: sdk("google-protobuf/google/protobuf/empty_pb").Empty,
  version: sdk("./package.json").version,
};

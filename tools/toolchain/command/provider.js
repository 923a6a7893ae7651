// What the resource types of @pulumi/command 1.2.1 do, as far as this stand-in goes.
"use strict";
const crypto = require("crypto");
const { isDeepStrictEqual } = require("util");
const { collector } = require("./output");
const { runLocal, killLocal } = require("./local");
const { runRemote, closeConnections } = require("./remote");
const { plain, mayShowSecret, outputs } = require("./secrets");

const VERSION = "1.2.1";
const RUN = { "command:local:Command": runLocal, "command:remote:Command": runRemote };
const UNSUPPORTED = ["assetPaths", "archivePaths"];

const typeOf = (urn) => urn.split("::")[2].split("$").pop();
const nameOf = (urn) => urn.split("::").pop();
const inputsOf = ({ stdout: _stdout, stderr: _stderr, ...inputs }) => inputs;

/** @param log shows lines at a resource: `(urn, text) => Promise<void>`. */
function commandProvider(log) {
  /** Runs `choose(inputs)`; `raw` are the inputs as they came, `previous` the outputs of the command before. */
  async function execute(type, urn, raw, choose, previous) {
    const inputs = plain(raw);
    const command = choose(inputs);
    if (!command) return previous || { stdout: "", stderr: "" };
    const environment = { ...inputs.environment };
    if (previous && inputs.addPreviousOutputInEnv !== false) {
      environment.PULUMI_COMMAND_STDOUT = previous.stdout ?? "";
      environment.PULUMI_COMMAND_STDERR = previous.stderr ?? "";
    }
    const shown = [];
    const show = mayShowSecret(raw) ? null : (text) => urn && shown.push(log(urn, text));
    const out = collector(inputs.logging, show);
    const status = await RUN[type](inputs, command, environment, out);
    await Promise.all(shown);
    return out.result(status, command);
  }

  return {
    version: VERSION,
    schema: JSON.stringify({ name: "command", version: VERSION }),

    check: async (urn, olds, news) => {
      const type = typeOf(urn);
      const failures = [];
      if (!RUN[type]) failures.push({ property: "", reason: `${type} is not supported by this stand-in` });
      if (RUN[type] === runRemote && !plain(news).connection) {
        failures.push({ property: "connection", reason: "missing required field" });
      }
      for (const property of UNSUPPORTED) {
        if (news[property]) failures.push({ property, reason: "not supported by this stand-in" });
      }
      return { inputs: news, failures };
    },

    diff: async (id, urn, olds, news) => {
      const [before, after] = [inputsOf(plain(olds)), inputsOf(plain(news))];
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const changed = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
      return { changes: changed.length > 0, replaces: changed.filter((key) => key === "triggers") };
    },

    create: async (urn, news) => {
      const result = await execute(typeOf(urn), urn, news, (inputs) => inputs.create);
      return { id: nameOf(urn) + crypto.randomBytes(4).toString("hex"), outs: outputs(news, result) };
    },

    update: async (id, urn, olds, news) => {
      const command = (inputs) => inputs.update ?? inputs.create;
      return { outs: outputs(news, await execute(typeOf(urn), urn, news, command, plain(olds))) };
    },

    delete: async (id, urn, props) => {
      await execute(typeOf(urn), urn, props, (state) => state.delete, plain(props));
    },

    invoke: async (token, args) => {
      if (token !== "command:local:run") throw new Error(`unknown function ${token}`);
      const result = await execute("command:local:Command", undefined, args, (inputs) => inputs.command);
      return { outputs: outputs(args, result) };
    },

    cancel: async () => {
      killLocal("SIGTERM");
      closeConnections();
    },
  };
}

module.exports = { commandProvider };

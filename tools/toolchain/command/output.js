// What a command prints: kept for the outputs, and shown line by line while it runs.
"use strict";

/**
 * @param show called with whole lines, for the streams that the input `logging` names; null when nothing that the
 *   command is or prints may be shown, not even in an error.
 */
function collector(logging = "stdoutAndStderr", show) {
  const shown = { stdout: /^stdout/.test(logging), stderr: /stderr$/i.test(logging) };
  const text = { stdout: "", stderr: "" };

  function listen(name, readable) {
    let rest = "";
    readable.setEncoding("utf8").on("data", (chunk) => {
      text[name] += chunk;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      if (show && shown[name] && lines.length) show(lines.join("\n"));
    });
  }

  /** The outputs of a command that ended with `status`: an exit code, or a signal's name. */
  function result(status, command) {
    const { stdout, stderr } = text;
    if (status !== 0 && !show) throw new Error(`exit status ${status} (secret inputs: the output is not shown)`);
    if (status !== 0) throw new Error(`exit status ${status}: running ${JSON.stringify(command)}:\n${stdout}${stderr}`);
    return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
  }

  return { listen, result };
}

module.exports = { collector };

import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { overlaid } from "../overlay";
import type { Overlay } from "../overlay";

// The program as it is, with values of single resources replaced as a person's own program could replace them: by a transformation.
const file = process.env.QVD_HA_IMPACT_OVERLAY;
const overlay = (file === undefined ? {} : JSON.parse(readFileSync(file, "utf8"))) as Overlay;

pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
  // The guests are there; a newer image is nobody's business here, and its command is for another directory.
  if (type === "command:local:Command")
    return { props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["create", "triggers"] }) };
  const changes = overlay[name];
  return changes === undefined ? undefined : { props: overlaid(props, changes), opts };
});

// Only now: a transformation does not reach what is registered before it.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be done first
module.exports = require("../../../../index");

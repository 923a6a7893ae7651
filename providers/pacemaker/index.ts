import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import { facts, live, outputs } from "./read";
import { rehearse } from "./rehearse";
import { rules } from "./rules";
import type { PacemakerSpec } from "./spec";
import { pacemakerSchema } from "./spec";

/** The configuration of the cluster: one document, committed as one patch on the first node whose cluster runs. */
export const pacemaker: Kind<PacemakerSpec, typeof facts> = {
  name: "pacemaker",
  schema: pacemakerSchema,
  rules,
  id: (spec) => Object.keys(spec.connections).sort().join("+"),
  facts: () => facts,
  live,
  plan,
  rehearse,
  remove,
  outputs,
  outputNames: ["foreign", "version", "schema", "featureSet", "digest"],
  // One more than usual: a round is used up when somebody else changes the configuration in between.
  rounds: 5,
};

export { failoverBound } from "./bound";
export type { FailoverBound } from "./bound";
export { started } from "./started";
export { digest, partOf } from "./read";
export type { Configuration, Element, ElementInput, PacemakerSpec } from "./spec";
export type { StartedSpec } from "./started/spec";

import type { Kind } from "../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import type { QuorumDeviceSpec } from "./spec";
import { rules, schema } from "./spec";

export type { QuorumDeviceSpec } from "./spec";

/** What a third vote needs before Corosync can count it: certificates on both sides, and qnetd running. */
export const qdevice: Kind<QuorumDeviceSpec, ReturnType<typeof facts>> = {
  name: "quorum device",
  schema,
  rules,
  id: (spec) => `${spec.arbiter}:${spec.clusterName}`,
  facts,
  live,
  plan,
  remove,
  // Found, asked, signed, taken; and one to see that nothing is left.
  rounds: 6,
};

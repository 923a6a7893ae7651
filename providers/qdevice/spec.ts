import { z } from "zod";
import type { Finding } from "../kind";
import { connectionsSchema } from "../remote";

/**
 * That the cluster's nodes and the host of the third vote know each other: a certificate authority there, a certificate of each node's own here.
 * Private keys are made where they are used and never leave it.
 */
export const schema = z.strictObject({
  /** The cluster's nodes and the arbiter. */
  connections: connectionsSchema,
  /** Which of them is the host that runs corosync-qnetd. */
  arbiter: z.string().min(1),
  /** As in corosync.conf: qnetd takes a certificate of that name only. */
  clusterName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "must be 1 to 32 letters, digits, _ or -"),
});

export type QuorumDeviceSpec = z.infer<typeof schema>;

export const nodesOf = (spec: QuorumDeviceSpec): string[] =>
  Object.keys(spec.connections)
    .filter((n) => n !== spec.arbiter)
    .sort();

export function rules(spec: QuorumDeviceSpec): Finding[] {
  const others = nodesOf(spec);
  return [
    ...(spec.connections[spec.arbiter] ? [] : [{ property: "arbiter", reason: `no connection to "${spec.arbiter}"` }]),
    ...(others.length === 2
      ? []
      : [{ property: "connections", reason: `has ${others.length} nodes beside the arbiter: needs two` }]),
  ];
}

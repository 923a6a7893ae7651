import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";

const hypervisorSchema = z.strictObject({
  /** As `fenceClient` knows it. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "must be a host name"),
  /** Who logs in. */
  user: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "must be a user's name"),
});

/** A connection to each hypervisor that every node keeps open, so that no fencing waits for key exchange and log-in. */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  hypervisors: z.array(hypervisorSchema).transform((all) => [...all].sort((a, b) => (a.name < b.name ? -1 : 1))),
});

export type FenceLinkSpec = z.infer<typeof schema>;

export const rules = (spec: FenceLinkSpec): Finding[] =>
  spec.hypervisors.length === 0
    ? [{ property: "hypervisors", reason: "is empty: a standing connection leads somewhere" }]
    : [];

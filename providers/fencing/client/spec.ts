import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";
import { KEY_PATH } from "./paths";

const PATH = /^\/[A-Za-z0-9._/-]+$/;

const hypervisorSchema = z.strictObject({
  /** The name that fence devices and people use. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "must be a host name"),
  address: z.union([z.ipv4(), z.ipv6(), z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/)]),
  port: z.number().int().min(1).max(65535).default(22),
  /** One line without the name, as in known_hosts. A comment is dropped. */
  hostKey: z
    .string()
    .regex(/^(ssh-|ecdsa-)\S+ \S+/, "must be a public host key: type and base64")
    .transform((key) => key.trim().split(/\s+/).slice(0, 2).join(" ")),
});

/**
 * The fencing key on the cluster's nodes, and the host keys it may meet.
 * Empty values are what a refresh finds where something else stands in the place of ours; nobody may want them.
 */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  hypervisors: z.array(hypervisorSchema),
  /** Private half of the fencing key, in OpenSSH's or PEM format, without a passphrase. Secret. */
  privateKey: z.string().regex(/^(-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]*)?$/, "must be a private key"),
  keyPath: z.string().regex(PATH, "must be an absolute path of plain characters").default(KEY_PATH),
});

export type FenceClientSpec = z.infer<typeof schema>;

export function rules(spec: FenceClientSpec): Finding[] {
  const names = spec.hypervisors.map((h) => h.name);
  const empty = (["hypervisors", "privateKey"] as const)
    .filter((property) => spec[property].length === 0)
    .map((property) => ({ property, reason: "is empty: fencing needs it" }));
  const twice = names
    .map((name, i) => ({ name, i }))
    .filter(({ name, i }) => names.indexOf(name) !== i)
    .map(({ name, i }) => ({ property: `hypervisors[${i}].name`, reason: `"${name}" is there twice` }));
  return [...empty, ...twice];
}

import { z } from "zod";

/**
 * How a node is reached by SSH; the names are those of `@pulumi/command`'s connection.
 * `hostKey` is the public key that the node must show, one line as in known_hosts without the name: there is no "accept new".
 */
export const connectionSchema = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535).default(22),
  user: z.string().min(1).default("root"),
  hostKey: z.string().regex(/^(ssh-|ecdsa-)\S+ \S+/, "must be a public host key: type and base64, as in known_hosts"),
  privateKey: z.string().min(1),
});

export type Connection = z.infer<typeof connectionSchema>;

/** By node name. Every kind has this input; a kind that works on one node has one entry. */
export const connectionsSchema = z.record(z.string(), connectionSchema);

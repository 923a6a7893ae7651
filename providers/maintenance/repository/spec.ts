import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { accountSchema, stanzaSchema } from "../pitr/spec";
import { path } from "../schemas";

/** It goes into pgBackRest's file as it is; shorter ones are guessed. */
export const passphraseSchema = z
  .string()
  .regex(/^[\x21-\x7e]{16,}$/, "must be 16 printable characters or more, without blanks");

/** The third host's part: an account with a key that may do nothing but this, and pgBackRest's repository. */
export const schema = z.strictObject({
  /** The third host alone. */
  connections: connectionsSchema,
  stanza: stanzaSchema,
  /** Owns the repository; it is made where it is not there. */
  account: accountSchema,
  /** Home of the account. The repository is in `repo` below it. */
  directory: path,
  /** The nodes' public key: type and base64. */
  publicKey: z.string().regex(/^(ssh-|ecdsa-)\S+ [A-Za-z0-9+/=]+( \S+)?$/, "must be a public key: type and base64"),
  /** Secret. What is in the repository is encrypted with it, and lost without it. */
  passphrase: z.string().min(1),
  /** Full backups that are kept, with all that builds on them and the log from the oldest on. */
  keepFull: z.number().int().min(1).default(2),
  /** The server on the nodes, as its own user sees it there. */
  server: z.strictObject({ directory: path, port: z.number().int().default(5432), socketDirectory: path }),
});

export type RepositorySpec = z.output<typeof schema>;

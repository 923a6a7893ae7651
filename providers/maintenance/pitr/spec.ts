import { z } from "zod";
import { connectionsSchema } from "../../remote";
import { METRICS, path, schedule, serverFields } from "../schemas";

/** pgBackRest's name of a cluster's backups. */
export const stanzaSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,24}$/, "must be letters, digits, _ or -");

/** Who owns the repository on the third host. */
export const accountSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a plain user name: lower-case letters, digits, _ or -");

/** Where the nodes reach the third host. */
export const vaultSchema = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/, "must be a host name or an address"),
  port: z.number().int().min(1).max(65535).default(22),
  /** The host key that it must show, one line: type and base64. */
  hostKey: z.string().regex(/^(ssh-|ecdsa-)\S+ [A-Za-z0-9+/=]+( \S+)*$/, "must be a public host key: type and base64"),
  /** All of the cluster's backups there. */
  directory: path,
});

/** The server's log sent to a third host as it is written, and copies of the data beside it: together, every point in time between. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  ...serverFields,
  stanza: stanzaSchema,
  /** Logs in to the third host. */
  account: accountSchema,
  repository: vaultSchema,
  /** Secret: private SSH key of the account, OpenSSH's format. */
  privateKey: z.string().min(1),
  schedule: schedule.default("*-*-* 02:30"),
  /** Days after which a backup is a full one again; those between have what has changed since. */
  fullEvery: z.number().int().min(1).default(7),
  /** When archive and backups are looked at. */
  checkSchedule: schedule.default("*-*-* *:40"),
  /** Hours without a good backup that are too many. */
  maximumAge: z.number().int().min(1).default(26),
  /** Seconds that a piece of the log may wait to be sent. */
  maximumLag: z.number().int().min(30).default(600),
  /** Seconds until a backup counts as hung. */
  timeout: z.number().int().min(60).default(43_200),
  /** Where a restored copy is put while it is compared; it needs room for all of the data. */
  scratch: path.default("/var/tmp"),
  metrics: path.default(METRICS),
});

export type PitrSpec = z.output<typeof schema>;

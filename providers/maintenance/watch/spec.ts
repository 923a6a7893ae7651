import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";
import { path, resource } from "../schemas";

const hostName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "must be a host name or an address");
const ID = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const mailAddress = z.string().regex(/^[A-Za-z0-9._%+-]+(@[A-Za-z0-9.-]+)?$/, "must be a mail address");
/** What stands in quotes in the files of msmtp and curl. */
const quotable = /^[\x20-\x7e]*$/;

export const mailSchema = z.strictObject({
  to: z.array(mailAddress).min(1),
  from: mailAddress,
  /** Who takes the mail on its way. */
  server: hostName,
  port: z.number().int().min(1).max(65535).default(25),
  /** How the connection is encrypted: from its first byte, after a word in clear, or not at all. */
  tls: z.enum(["tls", "starttls", "none"]).default("starttls"),
  /** Who logs in there, with `mailPassword`. Default: nobody. */
  user: z
    .string()
    .regex(/^[A-Za-z0-9._%+@-]+$/, "must be plain characters")
    .optional(),
});

/** What looks at the cluster all the time, and sends whatever the maintenance has to tell. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  /** What messages call it. */
  cluster: z.string().regex(/^[A-Za-z0-9_-]+$/, "must be letters, digits, _ or -"),
  resource,
  dataDirectory: path,
  /** CIB ids of what is promoted and of the server on it. */
  primitives: z
    .strictObject({
      drbd: z.string().regex(ID, "must be a CIB id").default("p_drbd_postgres"),
      postgres: z.string().regex(ID, "must be a CIB id").default("p_postgres"),
      /** What asks the router. Default: nobody. */
      ping: z.string().regex(ID, "must be a CIB id").optional(),
    })
    .prefault({}),
  /** Whether a third host has a vote, by corosync-qdevice. */
  thirdVote: z.boolean().default(false),
  /** Whether watchdogs stand in for a fence device, by sbd. */
  watchdog: z.boolean().default(false),
  /** Seconds between two looks; what was seen twice is told, so a message takes twice that at most. */
  interval: z.number().int().min(1).max(25).default(15),
  syslog: z.boolean().default(true),
  mail: mailSchema.optional(),
  /** Secret. */
  mailPassword: z.string().regex(quotable, "has characters that msmtp's file cannot carry").optional(),
  /** Whether a message is also posted, as JSON, to `webhookUrl`. */
  webhook: z.boolean().default(false),
  /** Secret, as it often has its token within. */
  webhookUrl: z
    .string()
    .regex(/^(https?:\/\/[^\s"\\]+|\(another\))$/, "must be a URL of http or https")
    .optional(),
  /** Secret: what goes with it as `Authorization: Bearer`. */
  webhookToken: z.string().regex(quotable, "has characters that a header cannot carry").optional(),
});

export type WatchSpec = z.output<typeof schema>;

export function rules(spec: WatchSpec): Finding[] {
  const found: Finding[] = [];
  if (spec.webhook && spec.webhookUrl === undefined)
    found.push({ property: "webhookUrl", reason: "is missing: it says where messages are posted" });
  if (spec.mail?.user !== undefined && spec.mailPassword === undefined)
    found.push({ property: "mailPassword", reason: `is missing: ${spec.mail.user} logs in with it` });
  return found;
}

import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";

/** Whose agent needs a secret on the nodes. */
export const SECRET_KINDS = ["xvm", "xenapi", "ipmi"] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/**
 * A secret of fencing in root's files on the cluster's nodes: the CIB names the file, and every cluster client may read the CIB.
 * An empty secret is what a refresh finds where something else stands in the place of ours; nobody may want it.
 */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  of: z.enum(SECRET_KINDS),
  /** A password; for `xvm` the key of fence_virtd, in base64. Secret. */
  secret: z.string(),
});

export type FenceSecretSpec = z.infer<typeof schema>;

/** IPMI 2.0 knows no longer ones, and cuts them without a word. */
const IPMI_LONGEST = 20;
const XVM_BYTES = { least: 16, most: 4096 } as const;

/** What is wrong with a secret, without showing it. */
export function secretFinding(property: string, of: SecretKind, secret: string): Finding[] {
  const say = (reason: string): Finding[] => [{ property, reason }];
  if (secret === "") return say("is empty: fencing needs it");
  if (of === "xvm") {
    const bytes = Buffer.from(secret, "base64").length;
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(secret)) return say("must be base64: base64 -w0 /etc/cluster/fence_xvm.key");
    return bytes < XVM_BYTES.least || bytes > XVM_BYTES.most
      ? say(`has ${bytes} bytes: a key of fence_virtd has ${XVM_BYTES.least} to ${XVM_BYTES.most}`)
      : [];
  }
  if (!/^[\x20-\x7e]+$/.test(secret)) return say("must be printable characters of ASCII in one line");
  if (of === "ipmi" && secret.length > IPMI_LONGEST)
    return say(
      `has ${secret.length} characters: a management board takes ${IPMI_LONGEST} at most. Choose a shorter one`,
    );
  return [];
}

export const rules = (spec: FenceSecretSpec): Finding[] => secretFinding("secret", spec.of, spec.secret);

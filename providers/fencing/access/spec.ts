import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";

const PATH = /^(\/[A-Za-z0-9._/-]+)?$/;
const path = (fallback: string): z.ZodDefault<z.ZodString> =>
  z.string().regex(PATH, "must be an absolute path of plain characters").default(fallback);

/**
 * What the fencing key may do on a hypervisor: power the named domains, and nothing else. One spec may name several hypervisors, which then allow the same.
 * Empty values are what a refresh finds where something else stands in the place of ours; nobody may want them.
 */
export const schema = z.strictObject({
  /** The hypervisors. */
  connections: connectionsSchema,
  /** Public half of the fencing key, one line. A comment is dropped. */
  publicKey: z
    .string()
    .regex(/^((ssh-|ecdsa-)[a-z0-9-]+ [A-Za-z0-9+/=]+.*)?$/, "must be a public key: type and base64")
    .transform((key) => key.trim().split(/\s+/).slice(0, 2).join(" ")),
  /** Names of the libvirt domains; order does not matter. */
  domains: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be a domain's name of letters, digits, dot, _ and -"))
    .transform((names) => [...new Set(names)].sort()),
  authorizedKeysFile: path("/root/.ssh/authorized_keys"),
  libvirtUri: z
    .string()
    .regex(/^[A-Za-z0-9+:/?=&._@%-]*$/, "must be a libvirt URI")
    .default("qemu:///system"),
  /** Where the forced command lies. Two clusters on one hypervisor need a path each. */
  commandPath: path("/usr/local/sbin/qvd-ha-fence"),
  virshPath: path("/usr/bin/virsh"),
  /**
   * Seconds after which a domain that was to be rebooted is started again; the reboot is answered before, when the domain is off.
   * Default: it is started, and then it is answered.
   */
  startAfterSeconds: z.number().int().min(0).max(300).optional(),
  /** Addresses or networks that the key may come from, as in `from=` of sshd(8). Default: anywhere. */
  allowFrom: z.array(z.string().regex(/^[0-9A-Fa-f.:/*]+$/, "must be an address or a network")).default([]),
});

export type FenceAccessSpec = z.infer<typeof schema>;

export function rules(spec: FenceAccessSpec): Finding[] {
  const required = ["publicKey", "domains", "authorizedKeysFile", "libvirtUri", "commandPath", "virshPath"] as const;
  return required
    .filter((property) => spec[property].length === 0)
    .map((property) => ({ property, reason: "is empty: the hypervisor needs it" }));
}

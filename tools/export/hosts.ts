import { isIPv4 } from "node:net";

// Two texts that every machine has: names for addresses, and keys for names.

const fields = (text: string): string[][] =>
  text
    .split("\n")
    .map((line) => line.split("#", 1)[0]?.trim().split(/\s+/).filter(Boolean) ?? [])
    .filter((f) => f.length > 1);

/** Address of a name in /etc/hosts, or the address itself. */
export const addressOf = (hosts: string, name: string): string | undefined =>
  isIPv4(name) ? name : fields(hosts).find(([, ...names]) => names.includes(name))?.[0];

/** First name of an address in /etc/hosts. */
export const nameOf = (hosts: string, address: string): string | undefined =>
  fields(hosts).find(([a]) => a === address)?.[1];

/** Names and key of a line of known_hosts that is about one of the names; an Ed25519 key before others. Lines with hashed names are not understood. */
export function hostKey(
  knownHosts: string,
  names: readonly string[],
  port = 22,
): { names: string[]; key: string } | undefined {
  const wanted = names.flatMap((n) => (port === 22 ? [n] : [`[${n}]:${port}`]));
  const lines = fields(knownHosts)
    .filter(([all = "", type]) => type !== undefined && all.split(",").some((n) => wanted.includes(n)))
    .map(([all = "", type, key]) => ({ names: all.split(","), key: `${type} ${key}` }));
  return lines.find((l) => l.key.startsWith("ssh-ed25519")) ?? lines[0];
}

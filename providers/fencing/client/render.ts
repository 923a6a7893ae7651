import { CLIENT_CONFIG, KNOWN_HOSTS } from "./paths";
import type { FenceClientSpec } from "./spec";

type Hypervisor = FenceClientSpec["hypervisors"][number];

const HEAD = "# Managed by qvd-ha (fencing). Changes are overwritten.\n";

/** As ssh looks a host up: with the port in brackets unless it is 22. */
const known = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

/** The alias makes ssh look for one name, however the agent wrote the address. */
export const renderKnownHosts = (hypervisors: readonly Hypervisor[]): string =>
  HEAD + hypervisors.map((h) => `${h.name},${known(h.address, h.port)} ${h.hostKey}\n`).join("");

/**
 * fence_virsh answers "yes" by itself to the question about an unknown host key, so ssh must never ask it. ssh takes the first value that it finds: the devices
 * name this file by `-F`, so that it is the only one; agents without such an option get it by the system-wide configuration.
 * curve25519 first, as the default post-quantum exchange costs a slow node time while the service is down, and the channel carries no secret.
 */
export const renderConfig = (spec: Pick<FenceClientSpec, "hypervisors" | "keyPath">): string =>
  HEAD +
  spec.hypervisors
    .map(
      (h) => `
Host ${h.name}${h.name === h.address ? "" : ` ${h.address}`}
  HostName ${h.address}
  Port ${h.port}
  HostKeyAlias ${h.name}
  StrictHostKeyChecking yes
  UserKnownHostsFile ${KNOWN_HOSTS}
  GlobalKnownHostsFile /dev/null
  CheckHostIP no
  UpdateHostKeys no
  VerifyHostKeyDNS no
  IdentityFile ${spec.keyPath}
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  BatchMode yes
  KexAlgorithms ^curve25519-sha256
  ConnectTimeout 15
  ServerAliveInterval 5
  ServerAliveCountMax 4
`,
    )
    .join("");

export function parseConfig(text: string): { name: string; address: string; port: number }[] {
  return text
    .split(/^Host /m)
    .slice(1)
    .map((part) => ({
      name: part.split(/\s/, 1)[0] as string,
      address: /^ {2}HostName (\S+)$/m.exec(part)?.[1] ?? "",
      port: Number(/^ {2}Port (\d+)$/m.exec(part)?.[1] ?? 0),
    }));
}

export function parseKnownHosts(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.split(",", 1)[0] as string, line.split(" ").slice(1, 3).join(" ")]),
  );
}

/** The two of them as read back: what a spec says of hypervisors. */
export function parseHypervisors(config: string, knownHosts: string): Hypervisor[] {
  const keys = parseKnownHosts(knownHosts);
  return parseConfig(config).map((h) => ({ ...h, hostKey: keys[h.name] ?? "" }));
}

export const PATHS = { config: CLIENT_CONFIG, knownHosts: KNOWN_HOSTS } as const;

import { HEAD } from "./head";

/** A host that a job logs in to with a key of its own. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  /** Type and base64: the only key that is taken. */
  readonly hostKey: string;
}

/** Where the files of one such log-in lie. */
export interface SshFiles {
  readonly knownHosts: string;
  readonly key: string;
}

/** As ssh looks a host up: with the port in brackets unless it is 22. */
const known = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

export const renderKnownHosts = ({ host, port, hostKey }: SshTarget): string =>
  `${HEAD}${known(host, port)} ${hostKey}\n`;

/** To be named by `-F`, so that it is the only configuration: nothing unknown is ever accepted, and nobody asked. */
export const renderSshConfig = ({ host, port }: SshTarget, files: SshFiles, more: readonly string[] = []): string =>
  `${HEAD}
Host ${host}
${[
  `Port ${port}`,
  "StrictHostKeyChecking yes",
  `UserKnownHostsFile ${files.knownHosts}`,
  "GlobalKnownHostsFile /dev/null",
  "CheckHostIP no",
  "UpdateHostKeys no",
  "VerifyHostKeyDNS no",
  `IdentityFile ${files.key}`,
  "IdentitiesOnly yes",
  "IdentityAgent none",
  "PreferredAuthentications publickey",
  "BatchMode yes",
  ...(more.length > 0 ? more : ["ConnectTimeout 30", "ServerAliveInterval 15"]),
]
  .map((line) => `  ${line}\n`)
  .join("")}`;

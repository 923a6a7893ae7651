import { Secret } from "../../remote";
import { renderConf } from "../jobs/conf";
import type { ManagedFile } from "../jobs/files";
import { HEAD } from "../jobs/head";
import { renderScript } from "../jobs/script";
import { repositoryPaths } from "../pitr/paths";
import type { RepositorySpec } from "./spec";

/** Where Pacemaker's agents for file systems write, as root, in the mounted directory itself: the server's user cannot read it, and no server needs it. */
const STATUS_DIRECTORY = ".Filesystem_status";

/** pgBackRest's configuration of the third host, passphrase included. */
export function renderPgbackrest(spec: RepositorySpec): string {
  const { stanza, directory, passphrase, keepFull, server } = spec;
  return `${HEAD}[global]
repo1-path=${directory}/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=${passphrase}
repo1-retention-full=${keepFull}
repo1-bundle=y
start-fast=y
exclude=${STATUS_DIRECTORY}
cmd-ssh=${repositoryPaths(stanza).reach}
lock-path=${directory}/run/lock
log-level-console=info
log-level-stderr=off
log-level-file=off

[${stanza}]
pg1-host=active
pg1-host-cmd=pgbackrest
pg1-path=${server.directory}
pg1-port=${server.port}
pg1-socket-path=${server.socketDirectory}
`;
}

/**
 * The only line of authorized_keys. `restrict` forbids everything that a later sshd may add; forwarding is for the socket by which pgBackRest reaches the node
 * that asks, and the two names, where nothing is, keep it from anything on the network.
 */
export const renderLine = ({ stanza, publicKey }: Pick<RepositorySpec, "stanza" | "publicKey">): string => {
  const { command } = repositoryPaths(stanza);
  const options = ["restrict", "port-forwarding", 'permitopen="none:1"', 'permitlisten="none:1"'];
  return `${[...options, `command="${command} ${stanza}"`].join(",")} ${publicKey}\n`;
};

export const authorizedKeys = ({ directory }: Pick<RepositorySpec, "directory">): string =>
  `${directory}/.ssh/authorized_keys`;

export function files(spec: RepositorySpec): ManagedFile[] {
  const { connections: _c, passphrase: _p, ...settings } = spec;
  const at = repositoryPaths(spec.stanza);
  return [
    { path: at.conf, mode: "644", content: renderConf(settings) },
    { path: at.pgbackrest, mode: "640", group: spec.account, content: new Secret(renderPgbackrest(spec)) },
    { path: at.command, mode: "755", content: renderScript("repository") },
    { path: at.reach, mode: "755", content: renderScript("reach") },
    { path: authorizedKeys(spec), mode: "644", content: HEAD + renderLine(spec) },
  ];
}

export interface Nic {
  /** Name of the interface in the guest, such as `eth0`. */
  readonly name: string;
  /** Address with prefix length. */
  readonly address: string;
  /** Default gateway, if this is the interface that has one. */
  readonly gateway?: string;
}

export interface UserDataArgs {
  readonly hostName: string;
  /** The machine's ed25519 host key, so that it is known before the first connection. */
  readonly hostKeyPrivate: string;
  readonly hostKeyPublic: string;
  /** Who may log in as root, one public key each. */
  readonly authorizedKeys: readonly string[];
}

/** cloud-init's user-data. It is JSON, which is YAML, so nothing needs quoting by hand. Holds a private key. */
export function userData({ hostName, hostKeyPrivate, hostKeyPublic, authorizedKeys }: UserDataArgs): string {
  const config = {
    hostname: hostName,
    preserve_hostname: false,
    // No default account: root alone logs in, by key.
    users: [],
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKeyPrivate, ed25519_public: hostKeyPublic },
    ssh_authorized_keys: authorizedKeys,
  };
  return `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
}

/** The instance id never changes with the content: a changed disk must not make a running node throw its identity away. */
export const metaData = (hostName: string): string =>
  `${JSON.stringify({ "instance-id": hostName, "local-hostname": hostName })}\n`;

/** cloud-init's network-config, version 2: static addresses alone. */
export function networkConfig(nics: readonly Nic[]): string {
  const ethernets = Object.fromEntries(
    nics.map(({ name, address, gateway }) => [
      name,
      {
        dhcp4: false,
        addresses: [address],
        ...(gateway === undefined ? {} : { routes: [{ to: "0.0.0.0/0", via: gateway }] }),
      },
    ]),
  );
  return `${JSON.stringify({ version: 2, ethernets }, null, 2)}\n`;
}

import type { Settings } from "./config/schema";

// Where a cluster's backups for a point in time are, as pure functions of the settings.

type Given = Pick<Settings, "maintenance" | "corosync">;

export const stanzaOf = ({ maintenance, corosync }: Given): string => maintenance.pitr.stanza ?? corosync.clusterName;

/** What a cluster has on its third host. */
export interface Vault {
  readonly stanza: string;
  readonly account: string;
  readonly directory: string;
}

export function vaultOf(s: Given): Vault {
  const stanza = stanzaOf(s);
  const { repository } = s.maintenance.pitr;
  return {
    stanza,
    account: repository?.account ?? `qvdha-${stanza.toLowerCase()}`,
    directory: repository?.directory ?? `/var/lib/qvd-ha-repository/${stanza}`,
  };
}

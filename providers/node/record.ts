import type { UnitState } from "./units";

/** How the machine was before anything was changed on it; what `remove` gives back. */
export interface Found {
  /** Units that were enabled. */
  readonly enabled: readonly string[];
  /** Lines that were taken out of /etc/hosts. */
  readonly hosts: readonly string[];
}

export const renderRecord = (found: Found): string =>
  `${JSON.stringify({ managedBy: "qvd-ha: how this machine was found", ...found }, null, 2)}\n`;

export function parseRecord(text: string): Found {
  const { enabled, hosts } = JSON.parse(text) as Found;
  return { enabled, hosts };
}

export const found = (units: readonly UnitState[], hosts: readonly string[]): Found => ({
  enabled: units.filter((u) => u.enabled).map((u) => u.name),
  hosts,
});

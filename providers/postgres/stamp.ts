import { createHash, pbkdf2Sync } from "node:crypto";
import type { PostgresSpec } from "./spec";

/** What a node remembers of the data while it cannot be read, because it is not mounted. */
export interface Stamp {
  /** Fingerprint of the spec with which data was made here. */
  readonly seeded?: string;
  /** Fingerprint of the spec with which the server was seen to take a log-in here. */
  readonly proved?: string;
}

export const STATE_DIRECTORY = "/var/lib/qvd-ha";
export const stampFile = (s: PostgresSpec): string => `${STATE_DIRECTORY}/postgres-${s.drbdResource}.json`;

/** Keys in order, so that equal values give equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );

/** Four bytes: enough to see that the password is another one, too few to tell which. */
const passwordMark = (s: PostgresSpec): string =>
  pbkdf2Sync(s.role.password, `qvd-ha ${s.drbdResource} ${s.role.name}`, 20_000, 4, "sha256").toString("hex");

/** Tells one spec from another without giving away its secrets; how the nodes are reached is no part of it. */
export function fingerprint(s: PostgresSpec): string {
  const { connections: _connections, role, ...rest } = s;
  return createHash("sha256")
    .update(canonical({ ...rest, role: role.name, password: passwordMark(s) }))
    .digest("hex");
}

export const renderStamp = (stamp: Stamp): string => `${JSON.stringify({ managedBy: "qvd-ha", ...stamp })}\n`;

/** Nothing for a file that is missing or is not ours: then the work is done again, which changes nothing. */
export function parseStamp(text: string): Stamp {
  try {
    const { seeded, proved } = JSON.parse(text) as Stamp;
    return { ...(seeded ? { seeded } : {}), ...(proved ? { proved } : {}) };
  } catch {
    return {};
  }
}

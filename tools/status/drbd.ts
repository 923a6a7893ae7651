/** A DRBD device as one node sees it. States are DRBD's own words. */
export interface DrbdView {
  readonly connection: string;
  readonly role: string;
  readonly peerRole: string;
  readonly disk: string;
  readonly peerDisk: string;
  /** Percent done, while it synchronises or verifies. */
  readonly progress?: number;
  /** DRBD's own estimate of the time left, as `h:mm:ss`. */
  readonly finish?: string;
}

const DEVICE = /^\s*\d+: cs:(\S+) ro:(\S+?)\/(\S+) ds:(\S+?)\/(\S+)/;
const PROGRESS = /sync'ed:\s*([\d.]+)%|verified:\s*([\d.]+)%/;
const FINISH = /finish: (\S+)/;

/** Reads /proc/drbd of DRBD 8.4. Undefined where no device is up. */
export function parseProcDrbd(text: string): DrbdView | undefined {
  const lines = text.split("\n");
  const at = lines.findIndex((l) => DEVICE.test(l));
  const found = DEVICE.exec(lines[at] ?? "");
  if (!found) return undefined;
  const [, connection = "", role = "", peerRole = "", disk = "", peerDisk = ""] = found;
  const end = lines.findIndex((l, i) => i > at && /^\s*\d+: /.test(l));
  const more = lines.slice(at + 1, end < 0 ? undefined : end).join("\n");
  const progress = PROGRESS.exec(more);
  const finish = FINISH.exec(more)?.[1];
  return {
    connection,
    role,
    peerRole,
    disk,
    peerDisk,
    ...(progress ? { progress: Number(progress[1] ?? progress[2]) } : {}),
    ...(finish ? { finish } : {}),
  };
}

interface Status9 {
  readonly role: string;
  readonly devices: readonly { readonly "disk-state": string }[];
  readonly connections: readonly {
    readonly "connection-state": string;
    readonly "peer-role": string;
    readonly peer_devices: readonly {
      readonly "replication-state": string;
      readonly "peer-disk-state": string;
      readonly "percent-in-sync"?: number;
    }[];
  }[];
}

/** Reads `drbdsetup status --json` of DRBD 9, in the words of 8.4. Undefined where no resource is up. */
export function parseDrbdStatus(text: string): DrbdView | undefined {
  const [resource] = JSON.parse(text) as Status9[];
  if (!resource) return undefined;
  const [peer] = resource.connections;
  const device = peer?.peer_devices[0];
  const replication = device?.["replication-state"] ?? "Off";
  const state = peer?.["connection-state"] ?? "StandAlone";
  const syncing = replication !== "Established" && replication !== "Off";
  return {
    connection: state === "Connected" && syncing ? replication : state,
    role: resource.role,
    peerRole: peer?.["peer-role"] ?? "Unknown",
    disk: resource.devices[0]?.["disk-state"] ?? "Diskless",
    peerDisk: device?.["peer-disk-state"] ?? "DUnknown",
    ...(syncing && device?.["percent-in-sync"] !== undefined ? { progress: device["percent-in-sync"] } : {}),
  };
}

/** Either of the two, told apart by their looks. */
export const parseDrbd = (text: string): DrbdView | undefined =>
  text.trimStart().startsWith("[") ? parseDrbdStatus(text) : parseProcDrbd(text);

/** Both disks are good and each sees the other. */
export const redundant = (d: DrbdView): boolean =>
  d.connection === "Connected" && d.disk === "UpToDate" && d.peerDisk === "UpToDate";

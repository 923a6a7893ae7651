import type { Fact } from "../fact";
import { sh } from "../remote";

/** A resource as its module runs it; words are DRBD's own. */
export interface State {
  readonly connection: string;
  /** The peers talk; a resynchronisation is a connection, too. */
  readonly connected: boolean;
  readonly role: string;
  readonly peerRole: string;
  readonly disk: string;
  readonly peerDisk: string;
}

const CONNECTED_84 =
  /^(Connected|WFReportParams|WFBitMap[ST]|StartingSync[ST]|WFSyncUUID|Sync(Source|Target)|PausedSync[ST]|Verify[ST]|Ahead|Behind)$/;

/** One line of /proc/drbd of DRBD 8.4, as in ` 0: cs:Connected ro:Secondary/Primary ds:UpToDate/UpToDate C r-----`. */
export function parseProc(text: string, minor: number): State | undefined {
  const m = new RegExp(`^\\s*${minor}: cs:(\\S+)(?: ro:(\\S+)/(\\S+) ds:(\\S+)/(\\S+))?`, "m").exec(text);
  if (!m || m[1] === "Unconfigured") return undefined;
  const [, connection = "", role = "Unknown", peerRole = "Unknown", disk = "Diskless", peerDisk = "DUnknown"] = m;
  return { connection, connected: CONNECTED_84.test(connection), role, peerRole, disk, peerDisk };
}

interface Status {
  readonly name: string;
  readonly role: string;
  readonly devices: readonly { volume: number; "disk-state": string }[];
  readonly connections: readonly {
    "connection-state": string;
    "peer-role": string;
    peer_devices: readonly { volume: number; "peer-disk-state": string }[];
  }[];
}

/** `drbdsetup status --json` of DRBD 9. */
export function parseStatus(text: string, resource: string): State | undefined {
  if (text.trim() === "") return undefined;
  const r = (JSON.parse(text) as Status[]).find((x) => x.name === resource);
  if (!r) return undefined;
  const peer = r.connections[0];
  const connection = peer?.["connection-state"] ?? "StandAlone";
  return {
    connection,
    connected: connection === "Connected",
    role: r.role,
    peerRole: peer?.["peer-role"] ?? "Unknown",
    disk: r.devices.find((d) => d.volume === 0)?.["disk-state"] ?? "Diskless",
    peerDisk: peer?.peer_devices.find((d) => d.volume === 0)?.["peer-disk-state"] ?? "DUnknown",
  };
}

/** State of the resource; undefined where the module does not know it. */
export const stateFact = (resource: string, minor: number): Fact<State | undefined> => ({
  command: {
    script: sh`cat /proc/drbd 2>/dev/null || true
read -r _ version _ 2>/dev/null </proc/drbd || version=""
case $version in 9*) echo @json; drbdsetup status ${resource} --json 2>/dev/null || true ;; esac`,
  },
  parse: (a) => {
    const at = a.stdout.indexOf("@json\n");
    return at < 0 ? parseProc(a.stdout, minor) : parseStatus(a.stdout.slice(at + 6), resource);
  },
});

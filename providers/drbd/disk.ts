import type { Fact } from "../fact";
import { lines, raw, sh } from "../remote";
import type { Zeros } from "./blank";
import { parseZeros, ZEROS } from "./blank";

export interface Signature {
  readonly type: string;
  readonly offset: number;
  readonly uuid?: string;
}

/** The disk that has a serial number, and everything that says whether it may be written to. */
export interface Disk {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Names under /dev/disk/by-id that lead to it. */
  readonly links: readonly string[];
  /** What uses it, DRBD apart: mounts, swap, holders, devices upon it. */
  readonly uses: readonly string[];
  readonly partitions: readonly string[];
  readonly signatures: readonly Signature[];
  /** DRBD's metadata. A current UUID of FRESH was just made and never had data. */
  readonly metadata?: { readonly format: "v08" | "v09" | "attached"; readonly currentUuid: string };
  /** Only tested where nothing but DRBD's metadata was found. */
  readonly zeros?: Zeros;
}

export interface Disks {
  readonly found: readonly Disk[];
  /** Serials of all disks, for the message when the wanted one is missing. */
  readonly serials: readonly string[];
}

export const FRESH = "0000000000000004";

interface Block {
  readonly path: string;
  readonly serial?: string | null;
  readonly size: number | string;
  readonly type: string;
  readonly ro: boolean | string;
  readonly mountpoints?: readonly (string | null)[];
  readonly mountpoint?: string | null;
  readonly children?: readonly Block[];
}

/** virtio-blk gives 20 characters of a serial number, however long it is. */
const VIRTIO_SERIAL = 20;

export const sameSerial = (wanted: string, shown: string): boolean =>
  shown === wanted || (shown.length === VIRTIO_SERIAL && wanted.startsWith(shown));

const mounts = (b: Block): string[] => (b.mountpoints ?? [b.mountpoint ?? null]).filter((m): m is string => !!m);

/** What is upon a block device, partitions without any use apart. */
function usesOf(b: Block): string[] {
  const own = mounts(b).map((m) => (m === "[SWAP]" ? `${b.path} is swap` : `${b.path} is mounted on ${m}`));
  const upon = (b.children ?? []).flatMap((c) => [
    ...(c.type === "part" ? [] : [`${c.path} (${c.type}) is upon ${b.path}`]),
    ...usesOf(c),
  ]);
  return [...own, ...upon];
}

export function parseDisks(serial: string, stdout: string): Disks {
  const parts = new Map(
    stdout
      .split(/^@/m)
      .slice(1)
      .map((p) => [p.slice(0, p.indexOf("\n")), p.slice(p.indexOf("\n") + 1)] as const),
  );
  const part = (name: string): string[] => (parts.get(name) ?? "").split("\n").filter((l) => l !== "");
  const all = (JSON.parse(parts.get("lsblk") || '{"blockdevices":[]}') as { blockdevices: Block[] }).blockdevices;
  const links = part("links").map((l) => l.split(" ") as [string, string]);
  const json = (parts.get("signatures") ?? "").trim();
  const listed = json === "" ? [] : (JSON.parse(json) as { signatures: Record<string, string | null>[] }).signatures;
  const [format, gi] = (part("metadata")[0] ?? "").split(" ");
  const zeros = part("zeros")[0];
  const found = all
    .filter((b) => b.type !== "rom" && b.serial && sameSerial(serial, b.serial.trim()))
    .map((b): Disk => ({
      path: b.path,
      size: Number(b.size),
      readOnly: b.ro === true || b.ro === "1",
      links: links
        .filter(([, to]) => to.split("/").at(-1) === b.path.split("/").at(-1))
        .map(([name]) => `/dev/disk/by-id/${name}`),
      uses: [...usesOf(b), ...part("holders").map((h) => `held by ${h}`)],
      partitions: (b.children ?? []).filter((c) => c.type === "part").map((c) => c.path),
      signatures: listed.map((s) => ({
        type: s.type ?? "unknown",
        offset: Number(s.offset),
        ...(s.uuid ? { uuid: s.uuid } : {}),
      })),
      ...(gi
        ? { metadata: { format: format as "v08" | "v09" | "attached", currentUuid: gi.split(":")[0] ?? "" } }
        : {}),
      ...(zeros === undefined ? {} : { zeros: parseZeros(zeros) }),
    }));
  return { found, serials: all.flatMap((b) => (b.serial ? [b.serial.trim()] : [])) };
}

/**
 * Where the last part of a disk belongs to DRBD's internal metadata, in bytes from its end, generously: a bit for every 4 KiB, the activity log and the superblock.
 * Bash arithmetic on `$size`.
 */
const METADATA_BYTES = sh`$(( size / 32768 + 1048576 ))`;

/** Probes the disk `$1` of `$2` bytes; prints the parts `signatures`, `metadata` and `zeros`. Reading a disk that DRBD holds needs its stale page cache dropped first. */
export const probe = (resource: string, minor: number, peerId: number) =>
  lines(
    ZEROS,
    sh`probe() {
  local disk=$1 size=$2 found gi="" end
  blockdev --flushbufs "$disk" || true
  found=$(wipefs -n -J "$disk")
  printf '@signatures\n%s\n' "$found"
  end=$size
  if [[ $found == *'"drbd"'* ]]; then
    end=$(( size - ${METADATA_BYTES} ))
    if gi=$(drbdmeta ${minor} v08 "$disk" internal get-gi 2>/dev/null); then gi="v08 $gi"
    elif gi=$(drbdmeta ${minor} v09 "$disk" internal --node-id=${peerId} get-gi 2>/dev/null); then gi="v09 $gi"
    elif gi=$(drbdadm get-gi ${resource} 2>/dev/null); then gi="attached $gi"
    else gi=""; fi
    printf '@metadata\n%s\n' "$gi"
  fi
  found=$(tr -d ' ' <<<"$found" | grep '"type":' | grep -v '"drbd"' || true)
  if [ -z "$found" ]; then echo @zeros; zeros "$disk" "$size" "$end"; fi
}`,
  );

/** The disk with a serial number: never looked up by a name that may change, such as /dev/vdb. */
export const diskFact = (serial: string, resource: string, minor: number, peerId: number): Fact<Disks> => ({
  command: {
    script: lines(
      probe(resource, minor, peerId),
      sh`serial=${serial}
echo @lsblk; lsblk -J -b -o NAME,PATH,SERIAL,SIZE,TYPE,RO,FSTYPE,MOUNTPOINTS
echo @links; find /dev/disk/by-id -type l -printf '%f %l\n' 2>/dev/null | sort || true
disk=""
while read -r path type bytes shown; do
  if [ "$type" != rom ] && { [ "$shown" = "$serial" ] || [ "$shown" = "${raw("${serial:0:20}")}" ]; }; then disk=$path size=$bytes; fi
done < <(lsblk -d -n -b -r -o PATH,TYPE,SIZE,SERIAL)
[ -n "$disk" ] || exit 0
echo @holders; ls "/sys/class/block/${raw("${disk##*/}")}/holders"
probe "$disk" "$size"`,
    ),
    timeoutSeconds: 300,
  },
  parse: (a) => {
    if (a.code !== 0) throw new Error(a.stderr.trim() || `exit status ${a.code}`);
    return parseDisks(serial, a.stdout);
  },
});

/** The name of a disk that outlives a reboot and names the serial: what the configuration has. */
export function lastingPath(disk: Disk, serial: string): string | undefined {
  const order = ["virtio-", "nvme-", "scsi-", "ata-", "wwn-"];
  const shown = serial.slice(0, VIRTIO_SERIAL);
  const named = disk.links.filter((l) => l.includes(shown) && !/-part\d+$/.test(l));
  const rank = (l: string): number => {
    const i = order.findIndex((p) => l.startsWith(`/dev/disk/by-id/${p}`));
    return i < 0 ? order.length : i;
  };
  return [...named].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))[0];
}

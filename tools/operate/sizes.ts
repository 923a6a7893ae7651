import { deviceOf } from "@qvd-ha/providers/dist/drbd/spec";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import { sh } from "@qvd-ha/providers/dist/remote";

/** How large a node's part of the volume is, from below to above; all in bytes. */
export interface Sizes {
  /** The disk under DRBD. */
  readonly disk: number;
  /** Its serial number; empty where it has none. */
  readonly serial: string;
  /** DRBD's device upon it. */
  readonly device: number;
  /** DRBD's metadata lies on the same disk. */
  readonly internal: boolean;
  /** Of DRBD 9 the metadata has room for many peers. */
  readonly nine: boolean;
  /** The file system, where it is mounted. */
  readonly fileSystem?: number;
  readonly mountPoint?: string;
}

export const sizesFact = (resource: string): Fact<Sizes> => ({
  command: {
    // DRBD lets nobody open the device of a standby node, not even to ask for its size.
    script: sh`disk=$(drbdadm sh-ll-dev ${resource} | head -n 1)
meta=$(drbdadm sh-md-dev ${resource} | head -n 1)
device=$(readlink -f ${deviceOf({ resource })})
[ -b "$disk" ] || { echo "drbdadm names no disk of resource "${resource} >&2; exit 1; }
[ -b "$device" ] || { echo "DRBD is down" >&2; exit 1; }
echo "disk $(blockdev --getsize64 "$disk")"
echo "serial $(lsblk -dnro SERIAL "$disk" 2>/dev/null || true)"
echo "device $(($(cat "/sys/class/block/$(basename "$device")/size") * 512))"
case $meta in internal | "$disk") echo "internal yes" ;; esac
if head -n 1 /proc/drbd 2>/dev/null | grep -q '^version: 9'; then echo "nine yes"; fi
while read -r source target type _; do
  [ "$type" = xfs ] && [ "$(readlink -f "$source")" = "$device" ] || continue
  echo "mount $target"
  xfs_info "$target" | sed -n 's/^data .*bsize=\([0-9]*\) *blocks=\([0-9]*\).*/xfs \1 \2/p'
  break
done </proc/mounts`,
    timeoutSeconds: 60,
  },
  parse: ({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(stderr.trim() || `exit status ${code}`);
    const said = new Map(stdout.split("\n").map((l) => [l.split(" ")[0], l.slice(l.indexOf(" ") + 1).trim()]));
    const number = (key: string): number => {
      const text = said.get(key) ?? "";
      if (!/^\d+$/.test(text)) throw new Error(`no size of the ${key} in "${stdout.trim()}"`);
      return Number(text);
    };
    const mountPoint = said.get("mount");
    const [block, blocks] = (said.get("xfs") ?? "").split(" ").map(Number);
    if (mountPoint !== undefined && !(block && blocks)) throw new Error(`xfs_info says no size of ${mountPoint}`);
    return {
      disk: number("disk"),
      serial: said.get("serial") ?? "",
      device: number("device"),
      internal: said.has("internal"),
      nine: said.has("nine"),
      ...(mountPoint !== undefined && block && blocks ? { mountPoint, fileSystem: block * blocks } : {}),
    };
  },
});

const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/**
 * The least that DRBD's device has where it takes all of a disk: the metadata has a bit for every 4 KiB and peer (DRBD 8.4 one, 9 up to 31), and the activity log. Less than that, and there
 * is something to be grown.
 */
export const full = (s: Sizes): number =>
  s.internal ? s.disk - Math.ceil(s.disk / 32768) * (s.nine ? 31 : 1) - MIB : s.disk;

/** XFS leaves what is too small for an allocation group of its own (16 MiB). */
const REST = 16 * MIB;

/** What is still to be grown, from below to above. */
export interface Due {
  readonly device: boolean;
  readonly fileSystem: boolean;
}

export const smallest = (all: Readonly<Record<string, Sizes>>, of: (s: Sizes) => number): number =>
  Math.min(...Object.values(all).map(of));

export function due(all: Readonly<Record<string, Sizes>>): Due {
  const device = smallest(all, (s) => s.device);
  const mounted = Object.values(all).find((s) => s.fileSystem !== undefined);
  return {
    device: device < smallest(all, full),
    fileSystem: mounted?.fileSystem !== undefined && device - mounted.fileSystem >= REST,
  };
}

/** In words, GiB. */
export const gib = (bytes: number): string => `${Math.round((bytes / GIB) * 100) / 100} GiB`;

/** What speaks against growing: a disk that is smaller than what is on it, or the only one that was grown. */
export function objections(all: Readonly<Record<string, Sizes>>): string[] {
  const device = smallest(all, (s) => s.device);
  const shrunk = Object.entries(all).flatMap(([n, s]) =>
    s.disk < s.device ? [`${n}: the disk has ${gib(s.disk)}, less than DRBD's device on it (${gib(s.device)})`] : [],
  );
  if (shrunk.length > 0) return shrunk;
  const grown = Object.entries(all).filter(([, s]) => full(s) > device);
  if (grown.length === 0 || grown.length === Object.keys(all).length) return [];
  const [name, s] = grown[0] as [string, Sizes];
  return Object.entries(all).flatMap(([n, o]) =>
    n === name
      ? []
      : [
          `the disk of ${name} was grown to ${gib(s.disk)}, that of ${n} was not (${gib(o.disk)}): grow both to one size`,
        ],
  );
}

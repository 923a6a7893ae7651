import type { Fact } from "@qvd-ha/providers/dist/fact";
import { raw } from "@qvd-ha/providers/dist/remote";

export interface FileSystem {
  readonly mount: string;
  readonly usedPercent: number;
  readonly availableBytes: number;
  /** Undefined where the file system makes its inodes as it needs them. */
  readonly inodesUsedPercent?: number;
}

export interface Space {
  readonly fileSystems: readonly FileSystem[];
  /** Mount points that the kernel has read-only: of the system's own disk, and of DRBD's. */
  readonly readOnly: readonly string[];
  /** Where DRBD's device is mounted. */
  readonly data?: string;
  /** XFS has shut itself down, by the kernel's word. */
  readonly shutDown: boolean;
  /** Processes that wait for a frozen file system to thaw. Looking at them writes nothing: a test write would hang itself. */
  readonly frozen: readonly string[];
}

/** In percent of what there is; "-" where nothing is counted. */
const percent = (text: string | undefined): number | undefined => {
  const n = Number((text ?? "").replace("%", ""));
  return text === undefined || text === "-" || !Number.isFinite(n) ? undefined : n;
};

/** `df -P` prints source, blocks, used, available, capacity and place. */
function table(text: string): Map<string, readonly string[]> {
  const rows = text
    .trim()
    .split("\n")
    .map((l) => l.trim().split(/\s+/))
    .filter((w) => w.length >= 6 && w[0] !== "Filesystem");
  return new Map(rows.map((w) => [w.slice(5).join(" "), w]));
}

export const spaceFact: Fact<Space> = {
  command: {
    script: raw(`data=
while read -r source target type options _; do
  case $source in /dev/drbd*) data=$target ;; esac
  case $source:$type in
    /dev/*) case ,$options, in *,ro,*) case $type in iso9660 | squashfs) ;; *) echo "@ro $target" ;; esac ;; esac ;;
  esac
done </proc/mounts
echo "@data $data"
echo @blocks
# Asking a file system that is shut down may fail; what the others say counts all the same.
timeout 5 df -P -B1 / /var /var/log $data 2>/dev/null || true
echo @inodes
timeout 5 df -P -i / /var /var/log $data 2>/dev/null || true
blocked() {
  for p in /proc/[0-9]*; do
    { read -r _ name state _ <"$p/stat"; } 2>/dev/null || continue
    [ "$state" = D ] || continue
    { read -r where <"$p/wchan"; } 2>/dev/null || where=
    echo "\${p#/proc/} $name $where"
  done
}
echo @blocked
first=$(blocked)
# The kernel has other uses for such a wait, and they are over in a moment.
if [[ $first == *percpu* || $first == *sb_start_write* ]]; then sleep 2; blocked; fi
echo @shutdown
if [ -n "$data" ]; then timeout 5 stat -f "$data" >/dev/null 2>&1 || echo "does not answer"; fi`),
    timeoutSeconds: 30,
  },
  parse: ({ stdout }) => {
    const part = (name: string): string => new RegExp(`^@${name}\\n([^@]*)`, "m").exec(stdout)?.[1] ?? "";
    const inodes = table(part("inodes"));
    const data = /^@data (\S+)$/m.exec(stdout)?.[1];
    const fileSystems = [...table(part("blocks"))].map(([mount, w]) => {
      const inodesUsedPercent = percent(inodes.get(mount)?.[4]);
      return {
        mount,
        usedPercent: percent(w[4]) ?? 0,
        availableBytes: Number(w[3]),
        ...(inodesUsedPercent === undefined ? {} : { inodesUsedPercent }),
      };
    });
    if (fileSystems.length === 0) throw new Error(`df told of no file system: "${stdout.slice(0, 200)}"`);
    return {
      fileSystems,
      readOnly: [...stdout.matchAll(/^@ro (\S+)$/gm)].map((m) => m[1] as string),
      ...(data === undefined ? {} : { data }),
      shutDown: part("shutdown").includes("does not answer"),
      // A writer waits there for the freeze's end, whatever the file system.
      frozen: part("blocked")
        .split("\n")
        .filter((l) => /percpu_rwsem_wait|__percpu_down_read|sb_start_write/.test(l))
        .map((l) => l.split(" ")[1]?.replace(/[()]/g, "") ?? ""),
    };
  },
};

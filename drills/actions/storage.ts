import type { Role, Script } from "./action";
import { text } from "./action";

/** The disk below DRBD, as the kernel calls it. */
const DISK = text(
  'disk=$(basename "$(readlink -f "$(drbdadm sh-ll-dev postgres)")")',
  '[ -e "/sys/block/$disk" ] || { echo "$disk is no whole disk" >&2; exit 1; }',
);
const MOUNT = 'm=$(findmnt -n -o TARGET -S "$(drbdadm sh-dev postgres)")';

/** Takes it back: a disk that is there again is attached, and DRBD brings it up to date. */
export const ATTACH = text(
  'for h in /sys/class/scsi_host/host*/scan; do [ ! -e "$h" ] || echo \'- - -\' > "$h"; done',
  "echo 1 > /sys/bus/pci/rescan",
  "udevadm settle --timeout=20 || true",
  "case $(drbdadm dstate postgres 2>/dev/null) in Diskless/*) drbdadm attach postgres ;; esac",
);

/** The disk below DRBD is gone all of a sudden: every request to it fails, as with one that died. */
export const diskGone = (on: Role): Script => ({
  kind: "script",
  on,
  says: `take the disk below DRBD from the ${on} node`,
  // A disk's own "delete" where it has one (SCSI); else the PCI function that it hangs from (virtio, NVMe).
  script: text(
    DISK,
    'd=$(readlink -f "/sys/block/$disk/device")',
    'while [ ! -e "$d/delete" ] && [ ! -e "$d/remove" ] && [ "$d" != /sys ]; do d=$(dirname "$d"); done',
    'switch=$d/delete; [ -e "$switch" ] || switch=$d/remove',
    'timeout 30 bash -c "echo 1 > $switch"',
  ),
  undo: [{ kind: "script", on, script: ATTACH, timeoutSeconds: 60 }],
});

const FILLER = ".qvd-ha-drill";

export const fillFileSystem = (on: Role): Script => ({
  kind: "script",
  on,
  says: "fill the database's file system to the last block",
  script: text(
    MOUNT,
    'size=$(df --output=avail -B1 "$m" | tail -n 1) n=0',
    // Free space lies in pieces, and the file system keeps some for itself: what does not fit as a whole fits in parts. Writing all of it would take minutes.
    `while [ "$size" -ge 65536 ]; do if fallocate -l "$size" "$m/${FILLER}.$n" 2>/dev/null; then n=$((n + 1)); else rm -f "$m/${FILLER}.$n"; size=$((size / 2)); fi; done`,
    `dd if=/dev/zero of="$m/${FILLER}.rest" bs=4k status=none 2>/dev/null || true`,
  ),
  // Wherever the service went, the file went with it.
  undo: [{ kind: "script", on: "both", script: text(`${MOUNT} || exit 0`, `rm -f "$m/${FILLER}."*`) }],
});

export const freezeFileSystem = (on: Role): Script => ({
  kind: "script",
  on,
  says: `freeze the database's file system on the ${on} node (fsfreeze)`,
  script: text(MOUNT, 'fsfreeze -f "$m"'),
  undo: [{ kind: "script", on, script: text(`${MOUNT} || exit 0`, 'fsfreeze -u "$m" 2>/dev/null || true') }],
});

/** Behind the back of the server, which keeps its files open. */
export const unmount = (on: Role): Script => ({
  kind: "script",
  on,
  says: `unmount the database's file system on the ${on} node by hand (umount -l)`,
  script: text(MOUNT, 'umount -l "$m"'),
});

/** One block of the disk below DRBD changes without DRBD's knowledge; near its end, where a small database has nothing. */
export const corrupt = (on: Role): Script => ({
  kind: "script",
  on,
  says: `change a block of the ${on} node's disk behind DRBD's back`,
  script: text(
    DISK,
    // DRBD lets nobody open the device of a standby node, not even to ask for its size.
    'n=$(( $(cat "/sys/class/block/$(basename "$(readlink -f "$(drbdadm sh-dev postgres)")")/size") / 8 ))',
    'dd if=/dev/urandom of="/dev/$disk" bs=4096 count=1 seek=$((n - 16)) oflag=direct conv=notrunc status=none',
  ),
});

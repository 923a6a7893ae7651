import type { Sh } from "../remote";
import { lines, raw, Secret, sh, TICK } from "../remote";
import type { Step } from "../step";
import { probe } from "./disk";
import { GLOBAL_PATH, GLOBAL_TEXT, HEADER } from "./render";
import { deviceOf, nodeIdOf, nodeNames } from "./spec";
import type { Spec } from "./spec";

/** Puts a file in place in one move, so that a reader sees the old or the new one. */
export function writeFile(node: string, path: string, mode: string, text: string, reason: string): Step {
  const script = sh`t=$(mktemp ${path}.XXXXXX)
trap 'rm -f "$t"' EXIT
cat >"$t"
chmod ${mode} "$t"
sync "$t"
mv -f "$t" ${path}`;
  return { node, reason, command: { script, stdin: new Secret(text) } };
}

/** How the global file was before ours; drbd.conf does not read it there. */
const BEFORE = `${GLOBAL_PATH}.before-qvd-ha`;

export const writeGlobal = (node: string): Step => {
  const write = writeFile(node, GLOBAL_PATH, "0644", GLOBAL_TEXT, `${GLOBAL_PATH} is not as wanted`);
  const keep = sh`if [ -f ${GLOBAL_PATH} ] && ! [ -e ${BEFORE} ] && ! head -qn 1 ${GLOBAL_PATH} | grep -qxF ${HEADER}; then cp -p ${GLOBAL_PATH} ${BEFORE}; fi`;
  return { ...write, command: { ...write.command, script: lines(keep, write.command.script) } };
};

/** Never none: drbd.conf reads it by name, and other resources need it. Where nothing was kept, what ours says without its mark. */
export const giveBackGlobal = (node: string): Step => ({
  node,
  reason: `give ${GLOBAL_PATH} back as it was`,
  command: {
    script: sh`if [ -e ${BEFORE} ]; then mv -f ${BEFORE} ${GLOBAL_PATH}; else sed -i 1d ${GLOBAL_PATH}; fi`,
  },
});

/** Bash functions: `state` sets `cs`, `ds` and `pds` to the connection's, the disk's and the peer's disk's state, in both dialects. */
const STATE = (spec: Spec): Sh => sh`state() {
  cs="" ds="" pds=""
  cs=$(drbdadm cstate ${spec.resource} 2>/dev/null | head -n 1) || true
  ds=$(drbdadm dstate ${spec.resource} 2>/dev/null | head -n 1) || true
  ${raw("pds=${ds#*/} ds=${ds%%/*}")}
}
say() { printf 'connection %s, disk %s, peer disk %s\n' "$cs" "$ds" "$pds" >&2; }`;

/** Waits until a condition on the state holds; fails with the state that it ended in. */
const waitFor = (spec: Spec, condition: Sh, seconds: number, what: string): Sh =>
  lines(
    STATE(spec),
    sh`${raw(TICK)}
begin ${seconds}
state
until ${condition}; do
  if [ "$cs" = StandAlone ]; then echo ${`the peers refuse each other (${what}); see the kernel's log on both nodes`} >&2; say; exit 1; fi
  if late; then echo ${`not within ${seconds} s: ${what}`} >&2; say; exit 1; fi
  sleep 1
  state
done`,
  );

const CONNECTED = sh`case $cs in Connected|SyncSource|SyncTarget|PausedSyncS|PausedSyncT|VerifyS|VerifyT|Established) true ;; *) false ;; esac`;

export const loadModule = (node: string): Step => ({
  node,
  reason: "the kernel module of DRBD is not loaded",
  command: { script: sh`modprobe drbd` },
});

/**
 * Only with the spec's consent to this very serial. A disk that somebody uses is busy, and wipefs leaves it alone. Without a signature there may still be what create-md
 * takes for data: it looks at the first 68 KiB and at where the metadata goes, so both ends are made zeros.
 */
export const wipe = (node: string, serial: string, path: string, why: string): Step => ({
  node,
  reason: `disk ${serial}: ${why}`,
  danger: "destroys",
  object: serial,
  command: {
    script: sh`wipefs -q -a ${path}
size=$(blockdev --getsize64 ${path})
dd if=/dev/zero of=${path} bs=1M count=1 conv=notrunc,fsync status=none
dd if=/dev/zero of=${path} bs=1M count=1 seek=$((size - 1048576)) oflag=seek_bytes conv=notrunc,fsync status=none
blockdev --rereadpt ${path} 2>/dev/null || partx -d "$(readlink -f ${path})" 2>/dev/null || true`,
  },
});

/** Looks again before it writes: what was blank when it was read may have been used since. `blank` is false where the spec's `overwrite` consents. */
export function createMetadata(spec: Spec, node: string, path: string, size: number, blank: boolean): Step {
  const peer = nodeNames(spec).find((n) => n !== node) ?? node;
  const again = sh`seen=$(probe ${path} ${size})
if ! grep -q '^zero$' <<<"$seen" || grep -q '^@metadata' <<<"$seen"; then
  echo ${`${path} is not blank any more`} >&2
  exit 1
fi`;
  const check = blank ? [probe(spec.resource, spec.minor, nodeIdOf(spec, peer)), again] : [];
  return {
    node,
    reason: `disk ${spec.nodes[node]?.disk.serial} has no DRBD metadata yet`,
    // Without a terminal create-md gives up where it would ask, so it never overwrites what it recognises.
    command: { script: lines(...check, sh`drbdadm create-md ${spec.resource}`), timeoutSeconds: 600 },
  };
}

export const adjust = (spec: Spec, node: string, reason: string): Step => ({
  node,
  reason,
  command: { script: sh`drbdadm adjust ${spec.resource}`, timeoutSeconds: 300 },
});

export const nameHost = (node: string, known: string): Step => ({
  node,
  reason: `udevd takes this machine for ${known}, and would name no DRBD device of ${node}: restart it`,
  command: { script: sh`systemctl restart systemd-udevd` },
});

export const awaitDevice = (spec: Spec, node: string): Step => ({
  node,
  reason: `${deviceOf(spec)} is not there`,
  command: {
    script: sh`udevadm trigger --action=change --settle ${`/sys/class/block/drbd${spec.minor}`}
[ -b ${deviceOf(spec)} ] ||
  { echo ${`udev made no ${deviceOf(spec)}: is the rule 65-drbd.rules of drbd-utils in place?`} >&2; exit 1; }`,
  },
});

export const awaitConnection = (spec: Spec, node: string): Step => ({
  node,
  reason: "wait for the peers to connect",
  waits: true,
  command: {
    script: waitFor(spec, CONNECTED, spec.connectTimeoutSeconds, "connected"),
    timeoutSeconds: spec.connectTimeoutSeconds + 30,
  },
});

/**
 * The first copy of two fresh disks, decided on one node and at once. Two blank disks are declared equal. For a full copy, the same is done and then the peer's
 * disk is declared worthless, so that all of this one is copied to it: the same in both dialects, and nothing is forced.
 * The state is looked at again, so a second run cannot throw anything away.
 */
export function firstCopy(spec: Spec, node: string, full: boolean, peerBlank: boolean): Step {
  const peer = nodeNames(spec).find((n) => n !== node) ?? node;
  const lost = full && !peerBlank;
  return {
    node,
    reason: full
      ? "both disks are fresh: copy all of this one to the peer's"
      : "both disks are fresh and blank: declare them equal instead of copying",
    ...(lost ? { danger: "destroys", object: spec.nodes[peer]?.disk.serial ?? "" } : {}),
    command: {
      script: lines(
        waitFor(spec, CONNECTED, spec.connectTimeoutSeconds, "connected"),
        sh`gi=$(drbdadm get-gi ${spec.resource} | head -n 1)
if [ "$ds/$pds" != Inconsistent/Inconsistent ] || [[ $gi != 0000000000000004:* ]]; then
  echo "the disks are no longer both fresh" >&2; say; exit 1
fi
drbdadm new-current-uuid --clear-bitmap ${`${spec.resource}/0`}`,
        ...(full ? [sh`drbdadm invalidate-remote ${spec.resource}`] : []),
      ),
      timeoutSeconds: spec.connectTimeoutSeconds + 120,
    },
  };
}

export const awaitUpToDate = (spec: Spec, node: string): Step => ({
  node,
  reason: "wait until both disks are up to date",
  waits: true,
  command: {
    script: waitFor(spec, sh`[ "$ds/$pds" = UpToDate/UpToDate ]`, spec.syncTimeoutSeconds, "both disks up to date"),
    timeoutSeconds: spec.syncTimeoutSeconds + 30,
  },
});

/**
 * Promotes for as long as mkfs takes. mkfs.xfs without -f refuses where anything is recognised. It discards nothing: that would touch every
 * extent of a disk that is blank anyway, and DRBD's activity log would have all of it (5 GB at most) copied again after this node's first crash.
 */
export const makeFileSystem = (spec: Spec, node: string): Step => ({
  node,
  reason: `the resource has no file system yet: make ${spec.fileSystem.type}`,
  command: {
    script: sh`drbdadm primary ${spec.resource}
trap 'drbdadm secondary ${spec.resource}' EXIT
[ -z "$(wipefs -n ${deviceOf(spec)})" ] || { echo ${`${deviceOf(spec)} is not blank any more`} >&2; exit 1; }
mkfs.xfs -q -K ${spec.fileSystem.label === undefined ? [] : ["-L", spec.fileSystem.label]} ${deviceOf(spec)}
blockdev --flushbufs ${deviceOf(spec)}`,
    timeoutSeconds: 900,
  },
});

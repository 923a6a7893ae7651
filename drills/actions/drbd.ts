import type { Role, Script } from "./action";
import { text } from "./action";

/** DRBD 8.4 has it with the disk, 9 with the connection. */
const CARELESS =
  'drbdsetup disk-options "$(drbdadm sh-minor postgres)" --fencing=dont-care 2>/dev/null || drbdadm net-options --fencing=dont-care postgres';
const AS_CONFIGURED = "drbdadm adjust postgres";

/**
 * Both data sets go on without each other, as only a person can bring about where fencing works: DRBD refuses to promote a node whose peer is not outdated,
 * with --force as well, until it has been told not to care.
 */
export const writeAlone = (on: Role): Script => ({
  kind: "script",
  on,
  says: `promote the ${on} node by force, and write there`,
  script: text(
    CARELESS,
    "drbdadm primary --force postgres",
    'd=$(drbdadm sh-dev postgres); n=$(( $(blockdev --getsize64 "$d") / 4096 ))',
    'dd if=/dev/urandom of="$d" bs=4096 count=1 seek=$((n - 16)) oflag=direct conv=notrunc status=none',
    "drbdadm secondary postgres",
    AS_CONFIGURED,
  ),
  undo: [{ kind: "script", on, script: AS_CONFIGURED }],
});

/** The documented way out of a split brain; the caller names the victim. */
export const discard = (victim: Role): Script => ({
  kind: "script",
  on: victim,
  says: `drbdadm connect --discard-my-data on the ${victim} node`,
  script: text(
    "case $(drbdadm cstate postgres) in StandAlone) ;; *) drbdadm disconnect postgres ;; esac",
    "drbdadm connect --discard-my-data postgres",
  ),
});

export const reconnect = (on: Role): Script => ({
  kind: "script",
  on,
  says: `drbdadm connect on the ${on} node, if it stands alone`,
  script: "case $(drbdadm cstate postgres) in StandAlone) drbdadm connect postgres ;; esac",
});

const verify = (from: string): string =>
  text(
    `drbdadm ${from}verify postgres`,
    "sleep 2",
    "while case $(drbdadm cstate postgres) in Verify*) true ;; *) false ;; esac; do sleep 2; done",
  );

/** Reads both disks; ends when that is done. */
export const VERIFY = verify("");

/** In KiB, by what the last verification found. DRBD 8.4 tells it in /proc, 9 in its status. */
export const OUT_OF_SYNC = text(
  "if grep -q 'oos:' /proc/drbd 2>/dev/null; then sed -n 's/.*oos:\\([0-9]*\\).*/\\1/p' /proc/drbd | head -n 1",
  "else drbdsetup status postgres --statistics | sed -n 's/.*out-of-sync:\\([0-9]*\\).*/\\1/p' | head -n 1; fi",
);

/**
 * Verifies the last 8 MiB, and succeeds only where blocks were found to differ. While writes go on DRBD verifies no faster than `c-min-rate`, which is hours for a
 * whole disk.
 */
export const verifyFinds = (on: Role): Script => ({
  kind: "script",
  on,
  says: "drbdadm verify, which has to find it",
  timeoutSeconds: 600,
  script: text(
    'size=$(cat "/sys/class/block/$(basename "$(readlink -f "$(drbdadm sh-dev postgres)")")/size")',
    verify("-- --start=$((size - 16384))s "),
    `oos=$(${OUT_OF_SYNC})`,
    '[ "${oos:-0}" -gt 0 ] || { echo "nothing was found" >&2; exit 1; }',
  ),
});

/** The documented way to have blocks that differ copied to the standby node. */
export const resyncStandby: Script = {
  kind: "script",
  on: "standby",
  says: "drbdadm disconnect and connect on the standby node, which copies the blocks that differ",
  script: text("drbdadm disconnect postgres", "drbdadm connect postgres"),
};

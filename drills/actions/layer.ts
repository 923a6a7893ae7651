import type { Role, Script, Undo } from "./action";
import { text } from "./action";

/** How the layer answers: as the disk itself, with an error to every request, or to each of them so many milliseconds later. */
type Manner = { readonly kind: "errors" } | { readonly kind: "delay"; readonly milliseconds: number };

/**
 * Words for a device-mapper layer between DRBD and its disk. DRBD holds its disk open, so it has to let go of it and take the layer in its place: the size is
 * the disk's and its metadata stays at the end, so only what was written meanwhile is copied again.
 */
const WORDS = `dm=qvd_ha_drill mapped=/dev/mapper/qvd_ha_drill clone=ms_drbd_postgres mark=/var/lib/qvd-ha/drill-maintenance
PATH=$PATH:/usr/lib/drbd:/lib/drbd
disk=$(drbdadm sh-ll-dev postgres)
layered() { dmsetup info "$dm" >/dev/null 2>&1; }
own() { local s; s=$(drbdadm dstate postgres 2>/dev/null) || s=Unconfigured; echo "\${s%%/*}"; }
serves() { local r; r=$(drbdadm role postgres 2>/dev/null) || return 1; [ "\${r%%/*}" = Primary ]; }
await() { # SECONDS STATE
  local end=$((SECONDS + $1))
  until [ "$(own)" = "$2" ]; do
    if [ "$SECONDS" -ge "$end" ]; then echo "DRBD's disk is $(own) and not $2 after $1 s" >&2; return 1; fi
    sleep 0.5
  done
}
table() { dmsetup load "$dm" --table "$1" && dmsetup resume --nolockfs --noudevsync "$dm"; }`;

/**
 * While its own disk is not UpToDate, DRBD's agent gives a node that serves the lower score, and the next monitor (every 10 s) would have the service moved. So the
 * clone is in maintenance for these seconds, on the node that serves alone: on the other one the agent's monitor takes Diskless for running, and nothing comes of
 * its score. The mark tells ours from an operator's and outlives a boot; it is written before and taken away after.
 */
const HANDS_OFF = `held() { [ "$(crm_resource --resource "$clone" --meta --get-parameter maintenance 2>/dev/null)" = true ]; }
take() {
  serves || return 0
  if held && [ ! -e "$mark" ]; then echo "$clone is in maintenance already, and not by a drill" >&2; return 1; fi
  mkdir -p "\${mark%/*}" && : >"$mark" && sync "$mark" || return 1
  crm_resource --resource "$clone" --meta --set-parameter maintenance --parameter-value true || return 1
  # Its monitors have ended by then, whether all else has settled or not.
  crm_resource --wait --timeout=60s || true
}
give() {
  [ -e "$mark" ] || return 0
  crm_resource --resource "$clone" --meta --delete-parameter maintenance || ! held || return 1
  rm -f "$mark"
  crm_resource --wait --timeout=60s || true
}`;

/** Ends with DRBD on its own disk, whatever was there: the layer, nothing at all, or a node that has booted meanwhile. */
const AWAY = `away() {
  local i
  if layered; then
    table "0 $(blockdev --getsz "$disk") linear $disk 0" || return 1
    case $(own) in Diskless | Unconfigured) ;; *) drbdadm detach postgres && await 30 Diskless || return 1 ;; esac
    for i in {1..10}; do ! layered || dmsetup remove --retry "$dm" || sleep 1; done
    if layered; then return 1; fi
  fi
  [ "$(own)" != Diskless ] || { drbdadm attach postgres && await 180 UpToDate; }
}`;

const HEAD = text(WORDS, HANDS_OFF, AWAY);

/** Maintenance is given back whatever becomes of the rest. */
export const WITHOUT_LAYER = text(
  HEAD,
  `trap 'rc=$?; give || rc=1; exit "$rc"' EXIT`,
  'if layered || [ "$(own)" = Diskless ]; then',
  "  take",
  "  away",
  "fi",
);

const undo = (on: Role): readonly Undo[] => [{ kind: "script", on, script: WITHOUT_LAYER, timeoutSeconds: 400 }];

/** Puts the layer below DRBD; it answers as the disk itself. The node goes on serving, over the network for the seconds that it takes. */
export const layerBelowDrbd = (on: Role): Script => ({
  kind: "script",
  on,
  says: `put a layer between DRBD and the ${on} node's disk (dmsetup)`,
  timeoutSeconds: 400,
  script: text(
    HEAD,
    "state=$(drbdadm dstate postgres)",
    'case $state in UpToDate/UpToDate | UpToDate) ;; *) echo "the disks are $state" >&2; exit 1 ;; esac',
    // DRBD's own words, with every option that is configured; only the disk is another one.
    "attach=$(drbdadm -d attach postgres)",
    'attach=${attach//"$disk"/"$mapped"}',
    '[[ $attach == *" attach "*"$mapped"* ]] || { echo "drbdadm does not tell how to attach $disk: $attach" >&2; exit 1; }',
    // What fails half way is taken back here: the drill itself comes to it only when it has waited for all that was to follow.
    `trap 'rc=$?; [ "$rc" = 0 ] || away || true; give || rc=1; exit "$rc"' EXIT`,
    "take",
    "drbdadm detach postgres",
    "await 30 Diskless",
    // The kernel lets go of the disk a moment after it has said so.
    "for i in {1..20}; do",
    '  layered || dmsetup create "$dm" --table "0 $(blockdev --getsz "$disk") linear $disk 0" || sleep 0.5',
    "done",
    'layered || { echo "no layer could be put on $disk" >&2; exit 1; }',
    'eval "$attach"',
    "await 180 UpToDate",
    // The other node may not have heard of the end of the copying yet. Were the disk to fail before it has, DRBD 8.4 would take it for up to date when it is attached again,
    // though it lacks what was written meanwhile (seen): both sides have the same generation then.
    "sleep 15",
  ),
  undo: undo(on),
});

const READ = 'dd if="$mapped" of=/dev/null bs=4096 count=1 iflag=direct status=none';

/** A fault that nobody feels would prove nothing: what the layer does is tried at once. */
const tried = (m: Manner): string =>
  m.kind === "errors"
    ? `if ${READ} 2>/dev/null; then echo "$mapped still answers" >&2; exit 1; fi`
    : text(
        // In microseconds; the kernel's timer may be a tick early.
        "began=${EPOCHREALTIME/./}",
        READ,
        `[ $((\${EPOCHREALTIME/./} - began)) -ge ${m.milliseconds * 900} ] || { echo "$mapped answers at once" >&2; exit 1; }`,
      );

const behave = (on: Role, says: string, m: Manner): Script => ({
  kind: "script",
  on,
  says,
  script: text(
    WORDS,
    'layered || { echo "there is no layer on $disk" >&2; exit 1; }',
    `table "0 $(blockdev --getsz "$disk") ${m.kind === "errors" ? "error" : `delay $disk 0 ${m.milliseconds}`}"`,
    tried(m),
  ),
  undo: undo(on),
});

/** Every request to the disk fails, as with one that has died but is still there. */
export const diskErrors = (on: Role): Script =>
  behave(on, `have every request to the ${on} node's disk fail (dm-error)`, { kind: "errors" });

/** Every request to the disk, to read, write or flush, is answered so much later. */
export const diskDelay = (on: Role, milliseconds: number): Script =>
  behave(on, `have every request to the ${on} node's disk take ${milliseconds} ms longer (dm-delay)`, {
    kind: "delay",
    milliseconds,
  });

/** What the kernel of a node needs for it. */
export const layerTools = (target: "error" | "delay"): string =>
  text(
    'command -v dmsetup >/dev/null || { echo "dmsetup is not installed (package dmsetup or device-mapper)" >&2; exit 1; }',
    `modprobe dm-mod && dmsetup targets | grep -q '^${target} ' || modprobe dm-${target} || { echo "its kernel has no dm-${target}" >&2; exit 1; }`,
  );

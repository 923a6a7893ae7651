#!/bin/bash
# Compares both disks below DRBD, block by block, and says what came of it. On the node that is active, harmless on the other.

resource='' repair='' timeout='' metrics='' dataDirectory=''
. /etc/qvd-ha/verify.conf
#@ common

began=$(date +%s)
# Seconds from a boot on in which a timer's start is not worth anything yet.
SETTLED=900

record() { # RESULT
  note "$state/verify.last" "result=$1" "out_of_sync_kib=$out_of_sync" "seconds=$(($(date +%s) - began))"
  # On the replicated disk as well, so that whichever node is active next knows when both were compared last.
  if [ "$1" != incomplete ] && [ -e "$dataDirectory/PG_VERSION" ]; then note "$dataDirectory/.qvd-ha-verify" "result=$1"; fi
  metrics verify <<END
# HELP qvd_ha_drbd_verify_out_of_sync_kib Blocks that differed between the disks at the last verification.
# TYPE qvd_ha_drbd_verify_out_of_sync_kib gauge
qvd_ha_drbd_verify_out_of_sync_kib{resource="$resource"} $out_of_sync
# HELP qvd_ha_drbd_verify_completed Whether the last verification came to its end.
# TYPE qvd_ha_drbd_verify_completed gauge
qvd_ha_drbd_verify_completed{resource="$resource"} $([ "$1" = incomplete ] && echo 0 || echo 1)
# HELP qvd_ha_drbd_verify_timestamp_seconds When the last verification ended.
# TYPE qvd_ha_drbd_verify_timestamp_seconds gauge
qvd_ha_drbd_verify_timestamp_seconds{resource="$resource"} $(date +%s)
END
}

incomplete() {
  record incomplete
  notify warning "DRBD verify of $resource did not come to its end" "$1"
  exit 1
}

# await PATTERN: until the connection is no more in a state that fits.
await() {
  # shellcheck disable=SC2053 # It is a pattern.
  while drbd_state && [[ $connection == $1 ]]; do
    [ $(($(date +%s) - began)) -lt "$timeout" ] || return 1
    sleep 2
  done
}

# A connection made anew copies what is marked as different, from the node that is Primary and has written meanwhile: so there is a write.
heal() {
  drbd_state
  redundant || { say "the disks are not both up to date: nothing is repaired"; return 1; }
  drbdadm disconnect "$resource"
  # Whatever happens in between, the connection must come back.
  trap 'drbdadm connect "$resource" 2>/dev/null || true' EXIT
  note "$dataDirectory/.qvd-ha-verify" "result=repair"
  sync -f "$dataDirectory/.qvd-ha-verify"
  drbdadm connect "$resource"
  trap - EXIT
  for _ in {1..30}; do
    drbd_state
    if redundant && [ "$out_of_sync" = 0 ]; then return 0; fi
    case $connection in Sync* | WFBitMap* | Connected) break ;; esac
    sleep 2
  done
  await '@(WF|Sync|Paused|Starting)*' || return 1
  redundant && [ "$out_of_sync" = 0 ]
}

# A time that was missed is made up for at the boot, when nobody is active yet and a disk may be behind: the cluster gets the time to settle that.
read -r up _ </proc/uptime
if [ -n "${TRIGGER_UNIT-}" ] && [ "${up%.*}" -lt "$SETTLED" ]; then
  say "booted ${up%.*} s ago: waiting until the cluster has settled"
  sleep $((SETTLED - ${up%.*}))
  began=$(date +%s)
fi
exec 9>/run/qvd-ha-verify.lock
flock -n 9 || { say "a verification runs already"; exit 75; }
if ! active; then
  say "$resource is $role here: the node that is active verifies"
  exit 0
fi
# A copy that is under way comes to its end by itself.
await '@(StartingSync*|PausedSync*|Sync*|WFBitMap*|WFSyncUUID*)' || true
redundant || incomplete "before it began, the connection was $connection and the disks $disk/$peer_disk"

say "verifying $resource"
if ! refused=$(drbdadm verify "$resource" 2>&1); then incomplete "drbdadm: $refused"; fi
sleep 1
await 'Verify*' || incomplete "after $timeout s it was still running"
redundant || incomplete "it ended with the connection $connection and the disks $disk/$peer_disk"
found=$out_of_sync
record "$([ "$found" = 0 ] && echo clean || echo different)"
if [ "$found" = 0 ]; then
  say "both disks are the same"
  exit 0
fi
notify warning "DRBD verify of $resource: $found KiB differ between the disks" \
  "The copy on the standby node is not the same as the active node's. See docs/maintenance.md, DRBD verify, before anything is copied."
[ "$repair" = true ] || exit 1
if heal; then
  record repaired
  notify info "DRBD verify of $resource: the blocks that differed were copied to the standby node" "They were $found KiB."
else
  notify critical "DRBD verify of $resource: the repair failed" "The connection is $connection, the disks $disk/$peer_disk, and $out_of_sync KiB differ."
  exit 1
fi

import { TICK } from "../../remote";
import { DESCRIBED, DISPATCH, ENVIRONMENT } from "./common";

/**
 * A file system on a replicated disk by the parameters of ocf:heartbeat:Filesystem, with as few processes as it takes: on the way to a server that serves,
 * that agent starts some fifty. What is the same: what counts as mounted, the file that level 20 writes past the cache and reads, that what keeps the file
 * system busy is told to end and then killed, and that one which cannot be unmounted is left to be fenced. What is not: it looks for users of the
 * mount point only while that is one (`fuser -M`), or all that runs on the root file system would be meant.
 */
export const FILESYSTEM_AGENT = `#!/bin/sh
# Managed by qvd-ha: a file system on a replicated disk, for Pacemaker. Changes are overwritten.
${ENVIRONMENT}
: "\${OCF_RESKEY_device=}" "\${OCF_RESKEY_directory=}" "\${OCF_RESKEY_fstype=}" "\${OCF_RESKEY_options=}" "\${OCF_CHECK_LEVEL:=0}"
device=$OCF_RESKEY_device directory=\${OCF_RESKEY_directory%/}
seconds=$((\${OCF_RESKEY_CRM_meta_timeout:-20000} / 1000))
status=$directory/.Filesystem_status/\${OCF_RESOURCE_INSTANCE:-default}

metadata() {
  cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="filesystem" version="1.0">
<version>1.0</version>
<longdesc lang="en">One file system on a replicated disk. Takes the parameters of ocf:heartbeat:Filesystem that such a one needs.</longdesc>
<shortdesc lang="en">File system</shortdesc>
<parameters>
<parameter name="device" required="1"><longdesc lang="en">Block device</longdesc><shortdesc lang="en">Block device</shortdesc><content type="string"/></parameter>
<parameter name="directory" required="1" unique="1"><longdesc lang="en">Mount point</longdesc><shortdesc lang="en">Mount point</shortdesc><content type="string"/></parameter>
<parameter name="fstype" required="1"><longdesc lang="en">Type, as mount has it</longdesc><shortdesc lang="en">Type</shortdesc><content type="string"/></parameter>
<parameter name="options"><longdesc lang="en">Options of mount</longdesc><shortdesc lang="en">Options</shortdesc><content type="string" default=""/></parameter>
</parameters>
<actions>
<action name="start" timeout="60s"/>
<action name="stop" timeout="60s"/>
<action name="monitor" timeout="40s" interval="20s" depth="0"/>
<action name="monitor" timeout="40s" interval="20s" depth="20"/>
<action name="status" timeout="20s"/>
${DESCRIBED}

# What is mounted below comes to stand in $below, the newest first.
mounted() {
  found=1 below=
  while read -r _ at _; do
    case $at in
    "$directory") found=0 ;;
    "$directory"/*) below="$at $below" ;;
    esac
  done </proc/self/mounts
  return $found
}

valid() {
  case $directory in /?*) ;; *) why "parameter directory must be a path, not \\"$OCF_RESKEY_directory\\""; return 6 ;; esac
  [ -n "$device" ] && [ -n "$OCF_RESKEY_fstype" ] || { why "parameters device and fstype are needed"; return 6; }
  for program in mount umount blockdev dd fuser; do
    command -v "$program" >/dev/null || { why "$program is missing"; return 5; }
  done
}

start() {
  if mounted; then return 0; fi
  [ -z "$below" ] || { why "something is mounted below $directory: $below"; return 6; }
  [ -b "$device" ] || udevadm settle -t "$((seconds / 2))" --exit-if-exists="$device" 2>/dev/null
  [ -b "$device" ] || { why "there is no block device $device"; return 5; }
  [ -d "$directory" ] || mkdir -p "$directory" || { why "$directory cannot be made"; return 5; }
  # What another node has written since is not to be hidden by what was read before.
  blockdev --flushbufs "$device"
  said=$(mount -t "$OCF_RESKEY_fstype" \${OCF_RESKEY_options:+-o "$OCF_RESKEY_options"} "$device" "$directory" 2>&1) || { why "mount: $said"; return 1; }
  mounted || { why "mount says nothing, and $directory is not mounted"; return 1; }
}

${TICK}

stop() {
  mounted || return 0
  cd / || return 1
  rm -f "$status" 2>/dev/null
  tick
  begun=$ticks term=$((seconds > 12 ? 3 : seconds / 4))
  while :; do
    # shellcheck disable=SC2086
    said=$(umount $below "$directory" 2>&1)
    mounted || return 0
    tick
    gone=$((ticks - begun))
    [ "$gone" -lt "$((seconds > 8 ? seconds - 4 : seconds / 2))" ] || { why "$directory cannot be unmounted: $said"; return 1; }
    signal=TERM
    [ "$gone" -lt "$term" ] || signal=KILL
    for at in $below "$directory"; do fuser -k -"$signal" -M -m "$at" >/dev/null 2>&1; done
    sleep 0.5
  done
}

# The kernel's driver is loaded before it is needed: on the way to a server, that takes longer than to mount.
ready() {
  while read -r kind name; do
    [ "\${name:-$kind}" != "$OCF_RESKEY_fstype" ] || return 0
  done </proc/filesystems
  modprobe -q -- "$OCF_RESKEY_fstype" 2>/dev/null || true
}

monitor() {
  mounted || { ready; return 7; }
  [ "$OCF_CHECK_LEVEL" -ge 20 ] || return 0
  [ -d "\${status%/*}" ] || mkdir -p "\${status%/*}" || { why "\${status%/*} cannot be made"; return 1; }
  said=$(dd of="$status" oflag=direct,sync bs=4k conv=fsync,sync 2>&1 <<END
\${OCF_RESOURCE_INSTANCE:-default}
END
) || { why "$status cannot be written: $said"; return 1; }
  { read -r said <"$status"; } 2>/dev/null && [ "$said" = "\${OCF_RESOURCE_INSTANCE:-default}" ] || { why "$status cannot be read"; return 1; }
}

${DISPATCH}
`;

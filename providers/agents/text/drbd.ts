import { DESCRIBED, ENVIRONMENT } from "./common";

/**
 * A short way in front of ocf:linbit:drbd. That agent starts some sixty processes for each of its actions, and a failover waits for a promotion, a move for a
 * demotion as well, while its monitors take the processor from what else is started. Where /proc/drbd, which is DRBD 8.4's, shows one volume in a plain
 * state, this one does the same with one process or two: the same command to DRBD, and the same score. Whatever is not plain, and every other action, is that
 * agent's, which takes this one's place: it looks again by itself.
 */
export const DRBD_AGENT = `#!/bin/sh
# Managed by qvd-ha: DRBD, for Pacemaker: a short way in front of ocf:linbit:drbd. Changes are overwritten.
${ENVIRONMENT}
: "\${OCF_RESKEY_drbd_resource=}" "\${OCF_ROOT:=/usr/lib/ocf}"
export OCF_ROOT
resource=$OCF_RESKEY_drbd_resource action=\${1-}
link=/dev/drbd/by-res/$resource

metadata() {
  cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="drbd" version="1.0">
<version>1.0</version>
<longdesc lang="en">One resource of DRBD as a promotable clone. Takes the parameters of ocf:linbit:drbd, which does all that is not plain.</longdesc>
<shortdesc lang="en">DRBD</shortdesc>
<parameters>
<parameter name="drbd_resource" required="1" unique="1"><longdesc lang="en">Name of the resource in DRBD's configuration</longdesc><shortdesc lang="en">Resource</shortdesc><content type="string"/></parameter>
<parameter name="ignore_missing_notifications"><longdesc lang="en">Whether notifications may be switched off, as in ocf:linbit:drbd</longdesc><shortdesc lang="en">Without notifications</shortdesc><content type="boolean" default="false"/></parameter>
</parameters>
<actions>
<action name="start" timeout="240s"/>
<action name="reload" timeout="30s"/>
<action name="promote" timeout="90s"/>
<action name="demote" timeout="90s"/>
<action name="notify" timeout="90s"/>
<action name="stop" timeout="100s"/>
<action name="monitor" timeout="20s" interval="20s" role="Unpromoted"/>
<action name="monitor" timeout="20s" interval="10s" role="Promoted"/>
${DESCRIBED}

theirs() {
  [ -x "$OCF_ROOT/resource.d/linbit/drbd" ] || { why "ocf:linbit:drbd is missing (drbd-utils)"; exit 5; }
  exec "$OCF_ROOT/resource.d/linbit/drbd" "$action"
}

# What that agent can be told beyond its resource changes what a promotion or a score is.
special=\${OCF_RESKEY_drbdconf:-}\${OCF_RESKEY_stop_outdates_secondary:-}\${OCF_RESKEY_adjust_master_score:-}\${OCF_RESKEY_unfence_if_all_uptodate:-}\\
\${OCF_RESKEY_require_drbd_module_version_ge:-}\${OCF_RESKEY_require_drbd_module_version_lt:-}\${OCF_RESKEY_connect_only_after_promote:-}\\
\${OCF_RESKEY_remove_master_score_if_peer_primary:-}\${OCF_RESKEY_fail_promote_early_if_peer_primary:-}

# The resource's one volume as the kernel has it, in $role, $disk and $peer; false where it is not plain to see.
state() {
  role='' disk='' peer='' minor=''
  [ -z "$special" ] && [ -n "$resource" ] && [ -b "$link/0" ] && [ ! -e "$link/1" ] || return 1
  for device in /dev/drbd[0-9]*; do
    [ ! "$device" -ef "$link/0" ] || minor=\${device#/dev/drbd}
  done
  [ -n "$minor" ] || return 1
  while read -r name first roles disks _; do
    case $name/$first in
    "version:"/8.4.*) version=8.4 ;;
    "$minor:"/cs:*)
      case $roles/$disks in ro:*/*/ds:*/*) ;; *) return 1 ;; esac
      roles=\${roles#ro:} disks=\${disks#ds:}
      role=\${roles%/*} disk=\${disks%/*} peer=\${disks#*/}
      ;;
    esac
  done 2>/dev/null </proc/drbd
  [ "\${version:-}" = 8.4 ] && [ -n "$role" ]
}

# score N: what Pacemaker is to think of this disk. When a node's controller dies, Pacemaker takes out of its status all that it was told of that node, and what keeps it writes
# only what changes: nobody would be promoted there any more. So a monitor that comes again looks at what is written; where nothing is, it has all of it written anew.
score() {
  name=master-\${OCF_RESOURCE_INSTANCE%%:*} node=\${OCF_RESKEY_CRM_meta_on_node:-} lost=''
  if [ "\${OCF_RESKEY_CRM_meta_interval:-0}" != 0 ] && [ -n "$node" ]; then
    # What keeps the configuration may hang; a monitor must not with it.
    said=$(timeout 5 cibadmin --query --local --xpath "//node_state[@uname='$node']/transient_attributes//nvpair[@name='$name']" 2>/dev/null </dev/null)
    case $?/$said in
    0/*" value=\\"$1\\""*) return ;;
    105/*) lost=yes ;;
    esac
  fi
  attrd_updater -n "$name" -U "$1" >/dev/null 2>&1 </dev/null
  [ -z "$lost" ] || attrd_updater --refresh >/dev/null 2>&1 </dev/null
}

# As good as it gets while the peer's disk is known, and good where it is not: that agent's own 10000 and 1000.
monitor() {
  state || theirs
  case $role/$disk/$peer in
  Primary/UpToDate/*) score 10000; return 8 ;;
  Secondary/UpToDate/DUnknown) score 1000 ;;
  Secondary/UpToDate/*) score 10000 ;;
  *) theirs ;;
  esac
  return 0
}

# A peer that has just died is still a connected Primary to DRBD until its pings stay out; that agent asks but once a second.
promote() {
  tries=20
  while [ "$tries" -gt 0 ]; do
    state && [ "$disk" = UpToDate ] || theirs
    [ "$role" != Primary ] || return 0
    drbdadm primary "$resource" >/dev/null 2>&1 </dev/null
    case $? in
    0) tries=0 ;;
    # Its data may not be the newest, or the peer could not be fenced. That agent would not ask twice either, and does not come back at once, or the cluster would
    # try again without a pause.
    17)
      why "DRBD refuses to promote $resource: nobody knows whether the data here are the newest"
      sleep 10
      return 1
      ;;
    *) tries=$((tries - 1)) && sleep 0.2 ;;
    esac
  done
  state && [ "$role" = Primary ] || theirs
}

# A device that was just unmounted may still be looked at by somebody.
demote() {
  for _ in 1 2 3; do
    state || theirs
    [ "$role" != Secondary ] || return 0
    drbdadm secondary "$resource" >/dev/null 2>&1 </dev/null || sleep 0.2
  done
  state && [ "$role" = Secondary ] || theirs
}

case $action in
meta-data) metadata ;;
monitor | status) monitor ;;
promote) promote ;;
demote) demote ;;
start | stop | notify | reload | validate-all) theirs ;;
*) exit 3 ;;
esac
`;

#!/bin/bash
# Called by Pacemaker for every event, as its own user, who can read no secret: it leaves the message where the watch picks it up.

set -euo pipefail
in=/var/spool/qvd-ha/in
here=$(uname -n)

tell() { # SEVERITY SUBJECT [TEXT]
  local name
  [ -d "$in" ] || exit 0
  name=$(date +%s%N).$$
  (umask 027 && printf '%s\n' "$1" "$2" "${3-}" >"$in/.$name")
  mv "$in/.$name" "$in/$name"
}

case ${CRM_alert_kind-} in
node)
  # Every node that is left is told of the others; of itself it says nothing new.
  [ "${CRM_alert_node-}" != "$here" ] || exit 0
  case ${CRM_alert_desc-} in
  lost) tell warning "$CRM_alert_node is lost: there is no redundancy" "Seen by $here." ;;
  member) tell info "$CRM_alert_node is back in the cluster" "Seen by $here. Its disk may still be behind." ;;
  esac
  ;;
fencing)
  if [ "${CRM_alert_rc:-0}" = 0 ]; then
    tell warning "${CRM_alert_node:-a node} was fenced (${CRM_alert_task:-reboot})" "${CRM_alert_desc-}"
  else
    tell critical "${CRM_alert_node:-a node} could not be fenced: the service may stay down until it is" "${CRM_alert_desc-}"
  fi
  ;;
resource)
  # A monitor with interval 0 only asks what is there.
  if [ "${CRM_alert_task-}" = monitor ] && [ "${CRM_alert_interval:-0}" = 0 ]; then exit 0; fi
  # The cluster itself has cancelled it, as before each stop: that is no failure.
  if [ "${CRM_alert_status:-0}" = 1 ]; then exit 0; fi
  if [ "${CRM_alert_status:-0}" != 0 ] || [ "${CRM_alert_rc:-0}" != "${CRM_alert_target_rc:-0}" ]; then
    tell warning "$CRM_alert_rsc: $CRM_alert_task failed on $CRM_alert_node" "${CRM_alert_desc-}"
  else
    case $CRM_alert_rsc:$CRM_alert_task in
    p_postgres:start | postgresql:start) tell info "the database runs on $CRM_alert_node" ;;
    p_postgres:stop | postgresql:stop) tell warning "the database was stopped on $CRM_alert_node" ;;
    esac
  fi
  ;;
esac

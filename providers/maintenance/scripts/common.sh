#!/bin/bash
# Shared by the scripts of the maintenance: put into each in place of the line "#@ common".

set -euo pipefail
umask 077
state=/var/lib/qvd-ha

# What goes to standard error is in the journal under the unit's name.
say() { printf '%s\n' "$*" >&2; }

# notify info|warning|critical SUBJECT [TEXT]: to whoever is told of alerts; the watch on this node sends it on.
notify() {
  local in=/var/spool/qvd-ha/in name
  say "$1: $2${3:+: $3}"
  [ -d "$in" ] || return 0
  name=$(date +%s%N).$$
  printf '%s\n' "$1" "$2" "${3-}" >"$in/.$name"
  mv "$in/.$name" "$in/$name"
}

# Standard input becomes a file of node_exporter's textfile collector.
metrics() {
  mkdir -p "${metrics:?}"
  (umask 022 && cat >"$metrics/.qvd_ha_$1.new")
  mv "$metrics/.qvd_ha_$1.new" "$metrics/qvd_ha_$1.prom"
}

# Seconds since 1970 of a note made by `note`, or 0.
noted() { if [ -e "$1" ]; then sed -n 's/^at=//p' "$1"; else echo 0; fi; }

# note FILE KEY=VALUE…: replaces the file as a whole; readable by everybody, as the database server's own backups must be able to.
note() {
  local file=$1
  shift
  mkdir -p "$(dirname "$file")"
  (umask 022 && printf '%s\n' "at=$(date +%s)" "node=$(uname -n)" "$@" >"$file.new")
  sync "$file.new"
  mv -T "$file.new" "$file"
}

# The resource as DRBD has it, in 8.4's words: connection, role, disk, peer_disk, out_of_sync (KiB).
drbd_state() {
  local version='' text
  connection=Unconfigured role=Unknown disk=Unknown peer_disk=Unknown out_of_sync=0
  [ -e /proc/drbd ] || return 0
  read -r _ version _ </proc/drbd || true
  case $version in
  9*)
    text=$(drbdsetup status "$resource" --verbose --statistics 2>/dev/null) || return 0
    connection=StandAlone
    if [[ $text =~ [[:space:]]role:([A-Za-z]+) ]]; then role=${BASH_REMATCH[1]}; fi
    if [[ $text =~ [[:space:]]disk:([A-Za-z]+) ]]; then disk=${BASH_REMATCH[1]}; fi
    if [[ $text =~ [[:space:]]connection:([A-Za-z]+) ]]; then connection=${BASH_REMATCH[1]}; fi
    if [[ $text =~ [[:space:]]replication:([A-Za-z]+) && $connection = Connected && ${BASH_REMATCH[1]} != Established && ${BASH_REMATCH[1]} != Off ]]; then
      connection=${BASH_REMATCH[1]}
    fi
    if [[ $text =~ peer-disk:([A-Za-z]+) ]]; then peer_disk=${BASH_REMATCH[1]}; fi
    if [[ $text =~ out-of-sync:([0-9]+) ]]; then out_of_sync=${BASH_REMATCH[1]}; fi
    ;;
  *)
    text=$(sed -n '/^ *0: cs:/{N;p;}' /proc/drbd)
    if [[ $text =~ cs:([A-Za-z]+) ]]; then connection=${BASH_REMATCH[1]}; fi
    if [[ $text =~ ro:([A-Za-z]+)/ ]]; then role=${BASH_REMATCH[1]}; fi
    if [[ $text =~ ds:([A-Za-z]+)/([A-Za-z]+) ]]; then disk=${BASH_REMATCH[1]} peer_disk=${BASH_REMATCH[2]}; fi
    if [[ $text =~ oos:([0-9]+) ]]; then out_of_sync=${BASH_REMATCH[1]}; fi
    ;;
  esac
}

# Whether this node has the database: at most one has.
active() { drbd_state && [ "$role" = Primary ]; }

redundant() { [ "$connection" = Connected ] && [ "$disk" = UpToDate ] && [ "$peer_disk" = UpToDate ]; }

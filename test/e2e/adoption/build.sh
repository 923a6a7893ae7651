#!/bin/bash
# The HOWTO by hand on two guests, section by section, with crmsh, external/libvirt and its ids: a cluster that this project did not make, to be adopted.
# Run it inside the lab, against `lab/baseline/guests up`:
#   lab exec -- test/e2e/adoption/build.sh <directory of the guests' key and known_hosts>
# Leaves in that directory, for the configuration that says the same: password, drbd_secret, authkey (base64).
# What of the HOWTO cannot be done today is done as its successors want it; each such place says so.
set -euo pipefail
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
keys=${1:?usage: build.sh <directory with id_ed25519 and known_hosts>}
work=$(mktemp -d /tmp/howto-XXXXXX)
options=(-q -i "$keys/id_ed25519" -o BatchMode=yes -o UserKnownHostsFile="$keys/known_hosts" -o ControlMaster=auto -o ControlPath="$work/%h" -o ControlPersist=600)

on() { local node=$1; shift; ssh "${options[@]}" "root@172.20.64.9$node" "$@"; }
section() { local node=$1 name=$2; on "$node" "sh /root/howto/$name.sh $node"; }
both() { "$@" 1 & local first=$!; "$@" 2 & local second=$!; wait "$first"; wait "$second"; }
step() { printf 'howto %4ds  %s\n' "$SECONDS" "$*" >&2; }
finish() {
  local node
  for node in 1 2; do ssh "${options[@]}" -O exit "root@172.20.64.9$node" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

words() { tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$1" || true; }
words 16 >"$keys/password"
words 24 >"$keys/drbd_secret"
head -c 256 /dev/urandom >"$work/authkey"
base64 -w0 "$work/authkey" >"$keys/authkey"

mkdir "$work/howto"
cp "$here"/howto/* "$work/howto/"
sed -i "s/SECRET/$(cat "$keys/drbd_secret")/" "$work/howto/drbd.conf"
sed -i "s/PASSWORD/$(cat "$keys/password")/" "$work/howto/section10.crm" "$work/howto/pgpass"
mv "$work/authkey" "$work/howto/authkey"
# 10.3.1: root's own key on both nodes, let in on aries by ssh-copy-id.
ssh-keygen -q -t ed25519 -N '' -C root@qvddb -f "$work/howto/id_ed25519"
grep '^172.20.64.1 ' "$keys/known_hosts" | sed 's/^172.20.64.1/aries,&/' >"$work/howto/known_hosts"
ssh -q -i "$keys/aries_ed25519" -o BatchMode=yes -o UserKnownHostsFile="$keys/known_hosts" root@172.20.64.1 \
  'cat >>~/.ssh/authorized_keys' <"$work/howto/id_ed25519.pub"

prepare() {
  tar -C "$work" -c howto | on "$1" 'tar -C /root -x --no-same-owner'
  section "$1" sections2to6
}
both prepare
step "2 to 6: names, time, DRBD"

on 1 'sh /root/howto/sections7and8.sh' <"$keys/password"
step "7 and 8: the database, on qvddb1"
section 2 section8.5
on 1 'drbdadm down postgres'
step "8.5: proved on qvddb2"

membership() { section "$1" section9; }
both membership
until on 1 'crm_mon -1 --output-as=xml 2>/dev/null' >"$work/mon" && [ "$(grep -c '<node name=.*online="true".*pending="false"' "$work/mon")" = 2 ]; do sleep 1; done
step "9: both nodes online"

on 1 'crm -F configure load update /root/howto/section10.crm'
step "10: typed into crm"

# The password stays in the nodes' own files, as the HOWTO has it, and in the cluster's configuration.
until on 1 "psql -qX -w -h qvddb -U qvd -d qvddb -c 'update pacemaker_monitor set last_update = current_timestamp'" 2>/dev/null; do
  [ "$SECONDS" -lt 1200 ] || { on 1 'crm_mon -1rf' >&2; exit 1; }
  sleep 2
done
until on 1 'crm_mon -1' >"$work/mon" && ! grep -E 'Stopped|FAILED|Starting|Promoting' "$work/mon" >/dev/null; do
  [ "$SECONDS" -lt 1200 ] || { cat "$work/mon" >&2; exit 1; }
  sleep 2
done
clean() { on "$1" 'rm -rf /root/howto'; }
both clean
step "10: everything runs"

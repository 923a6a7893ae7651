#!/bin/bash
# The HOWTO's sections 2 to 10 by ssh and scp, as a competent administrator would script them: what `pulumi up` is compared with.
# Both nodes at once, connections kept open, one CIB push. Run it inside the lab, against `baseline/guests up`:
#   lab exec -- lab/baseline/howto.sh <directory of the guests' key and known_hosts>
# Ends with one line: seconds from "both answer SSH" to the first insert through the database address.
set -euo pipefail
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
keys=${1:?usage: howto.sh <directory with id_ed25519 and known_hosts>}
address=172.20.64.90
work=$(mktemp -d /tmp/howto-XXXXXX)
options=(-q -i "$keys/id_ed25519" -o BatchMode=yes -o UserKnownHostsFile="$keys/known_hosts" -o ControlMaster=auto -o ControlPath="$work/%h" -o ControlPersist=600)

on() { local node=$1; shift; ssh "${options[@]}" "root@172.20.64.9$node" "$@"; }
# Runs one file on a node by its own shell.
run() { local node=$1 file=$2; shift 2; on "$node" "sh /root/howto/$file $*"; }
both() { "$@" 1 & local first=$!; "$@" 2 & local second=$!; wait "$first"; wait "$second"; }
step() { printf 'howto %4ds  %s\n' "$SECONDS" "$*" >&2; }
finish() {
  local node
  for node in 1 2; do ssh "${options[@]}" -O exit "root@172.20.64.9$node" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

reach() { on "$1" true; }
both reach
begin=$(date +%s.%N)
SECONDS=0

password=$(tr -dc 'A-Za-z0-9' </dev/urandom | head -c 24 || true)
secret=$(tr -dc 'A-Za-z0-9' </dev/urandom | head -c 24 || true)
mkdir "$work/howto"
cp "$here"/files/* "$work/howto/"
sed -i "s/SECRET/$secret/" "$work/howto/drbd.conf"
head -c 256 /dev/urandom >"$work/howto/authkey"
bash "$here/files/section10.sh" >"$work/howto/section10.xml"
printf 'qvddb:5432:qvddb:qvd:%s\nqvddb2:5432:qvddb:qvd:%s\n' "$password" "$password" >"$work/howto/pgpass"
printf '%s:5432:qvddb:qvd:%s\n' "$address" "$password" >"$work/pgpass"
ssh-keygen -q -t ed25519 -N '' -C howto-fence -f "$work/howto/fence_key"
grep '^172.20.64.1 ' "$keys/known_hosts" >"$work/howto/known_hosts"
# ssh-copy-id root@aries
ssh -q -i "$keys/aries_ed25519" -o BatchMode=yes -o UserKnownHostsFile="$keys/known_hosts" root@172.20.64.1 \
  'cat >>~/.ssh/authorized_keys' <"$work/howto/fence_key.pub"

prepare() {
  tar -C "$work" -c howto | on "$1" 'tar -C /root -x --no-same-owner'
  run "$1" prepare.sh
}
both prepare
step "both nodes prepared, DRBD configured"

printf '%s\n' "$password" | run 1 seed.sh
step "database seeded on qvddb1"

stop_drbd() { on "$1" 'drbdadm down postgres'; }
form() { on "$1" 'systemctl enable corosync pacemaker >/dev/null 2>&1; systemctl start corosync pacemaker'; }
run 2 prove.sh
stop_drbd 1
step "proved on qvddb2"

both form
until on 1 'crm_mon -1 --output-as=xml 2>/dev/null' >"$work/mon" && [ "$(grep -c '<node name=.*online="true".*pending="false"' "$work/mon")" = 2 ]; do sleep 1; done
step "both nodes online"

on 1 'cibadmin --query | python3 /root/howto/configure.py >/root/howto/cib.xml && crm_verify -x /root/howto/cib.xml && cibadmin --replace --xml-file /root/howto/cib.xml'
step "CIB pushed"

until PGPASSFILE=$work/pgpass PGCONNECT_TIMEOUT=3 psql -qX -h "$address" -U qvd -d qvddb \
  -c 'insert into ha.pacemaker_monitor values (current_timestamp)' 2>/dev/null; do
  [ "$SECONDS" -lt 1200 ] || { on 1 'crm_mon -1rf' >&2; exit 1; }
  sleep 1
done
end=$(date +%s.%N)
step "first insert through $address"
printf 'howto seconds: %.1f\n' "$(echo "$end $begin" | awk '{ print $1 - $2 }')"

#!/bin/bash
# A copy of the cluster's configuration. On the node that is active, harmless on the other.

resource='' directory='' keep_count='' keep_days='' metrics=''
. /etc/qvd-ha/configuration.conf
#@ common
#@ keep

errors=$(mktemp -p /run qvd-ha-configuration.XXXXXX)
work=''
at_end() {
  local rc=$?
  rm -rf ${work:+"$work"}
  if [ "$rc" != 0 ] && [ "$rc" != 75 ]; then
    notify warning "the backup of the cluster's configuration failed" "$(tail -n 3 "$errors")"
  fi
  rm -f "$errors"
}
exec 9>/run/qvd-ha-configuration.lock
flock -n 9 || { rm -f "$errors"; say "it is being made already"; exit 75; }
trap at_end EXIT
trap 'exit 143' TERM INT
if ! active; then
  say "$resource is $role here: the node that is active does it"
  exit 0
fi

mkdir -p -m 700 "$directory"
find "$directory" -maxdepth 1 -name '.*.part' -type f -delete
work=$(mktemp -d -p "$directory" .work.XXXXXX)
name=cluster-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
copy=$work/${name%.tar.gz}
mkdir "$copy"
# Whole, as crm_verify wants it, and the part alone that a restore puts in; a configuration that Pacemaker would refuse is no backup.
cibadmin --query --local >"$copy/cib.xml" 2>>"$errors"
cibadmin --query --local --scope configuration >"$copy/configuration.xml" 2>>"$errors"
crm_verify --xml-file "$copy/cib.xml" 2>>"$errors"
# Only where crmsh is installed: the words of the HOWTO.
if command -v crm >/dev/null; then timeout 120 crm configure show >"$copy/crm.txt" 2>>"$errors" || rm -f "$copy/crm.txt"; fi
cp /etc/corosync/corosync.conf "$copy/" 2>>"$errors"
mkdir "$copy/drbd.d"
# Secrets have another home, Pulumi's state: whoever gets hold of this archive can talk to neither DRBD nor Corosync by it.
hide() { sed -E 's/(shared-secret[[:space:]]+)[^;]+;/\1"[secret]";/' "$1"; }
if [ -e /etc/drbd.conf ]; then hide /etc/drbd.conf >"$copy/drbd.conf"; fi
for file in /etc/drbd.d/*.res /etc/drbd.d/*.conf; do
  if [ -e "$file" ]; then hide "$file" >"$copy/drbd.d/${file##*/}"; fi
done
{ uname -n; date -u +%FT%TZ; crm_mon --version | head -n 1; drbdadm --version | sed -n 's/^DRBD/DRBD/p'; corosync -v | head -n 1; } >"$copy/made-by" 2>>"$errors" || true

tar -C "$work" -czf "$directory/.$name.part" "${copy##*/}" 2>>"$errors"
gzip -t "$directory/.$name.part" 2>>"$errors"
sync "$directory/.$name.part"
mv "$directory/.$name.part" "$directory/$name"
sync -f "$directory"

list() {
  local file stamp quality
  for file in "$directory"/cluster-*.tar.gz; do
    stamp=${file##*-}
    stamp=$(date -u -d "${stamp:0:4}-${stamp:4:2}-${stamp:6:2} ${stamp:9:2}:${stamp:11:2}:${stamp:13:2}" +%s 2>/dev/null) || continue
    if gzip -t "$file" 2>/dev/null; then quality=good; else quality=bad; fi
    echo "${file##*/} $stamp $quality"
  done
}
list | expired "$keep_count" "$keep_days" "$(date +%s)" | while read -r old; do rm -f "$directory/$old"; done
metrics configuration <<END
# HELP qvd_ha_configuration_backup_timestamp_seconds When the cluster's configuration was last copied.
# TYPE qvd_ha_configuration_backup_timestamp_seconds gauge
qvd_ha_configuration_backup_timestamp_seconds $(date +%s)
END
say "$directory/$name"

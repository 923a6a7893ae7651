#!/bin/bash
# A copy of the cluster's configuration. On the node that is active, harmless on the other.

resource='' dataDirectory='' directory='' keep_count='' keep_days='' crmsh=false metrics=''
. /etc/qvd-ha/configuration.conf
#@ common
#@ once
#@ keep

work=''
cleared() { rm -rf ${work:+"$work"}; }
failed() { notify warning "the backup of the cluster's configuration failed" "$1"; }
once configuration

mkdir -p -m 700 "$directory"
find "$directory" -maxdepth 1 -name '.*.part' -type f -delete
work=$(mktemp -d -p "$directory" .work.XXXXXX)
name=cluster-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
copy=$work/${name%.tar.gz}
mkdir "$copy"
# Whole, as crm_verify wants it, and the part alone that a restore puts in; a configuration that Pacemaker would refuse is no backup.
cibadmin --query --local >"$copy/cib.xml" 2>>"$errors"
cibadmin --query --local --scope configuration >"$copy/configuration.xml" 2>>"$errors"
# It warns of a node that is down as well, with the same exit status; then of all times a copy is wanted.
said=$(LC_ALL=C crm_verify --xml-file "$copy/cib.xml" 2>&1) || [[ $said == *'Warnings found'* ]] || { printf '%s\n' "$said" >>"$errors"; exit 1; }
# In the HOWTO's words, made of that very copy; by the cluster itself where crmsh does not take a file. It takes half a minute on a slow machine.
wordless=''
in_words() { { timeout 300 env "$@" crm configure show >"$copy/crm.txt"; } 2>&1 && [ -s "$copy/crm.txt" ]; } # VARIABLE…
if [ "$crmsh" = true ] && ! said=$(in_words "CIB_file=$copy/cib.xml") && ! said=$(in_words); then
  wordless=${said:-it said nothing}
  rm -f "$copy/crm.txt"
fi
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

good() { gzip -t "$1" 2>/dev/null; }
dated "$directory" 'cluster-*.tar.gz' good | expired "$keep_count" "$keep_days" "$(date +%s)" | while read -r old; do rm -f "$directory/$old"; done
metrics configuration <<END
# HELP qvd_ha_configuration_backup_timestamp_seconds When the cluster's configuration was last copied.
# TYPE qvd_ha_configuration_backup_timestamp_seconds gauge
qvd_ha_configuration_backup_timestamp_seconds $(date +%s)
END
# On the replicated disk, so that whichever node is active next knows when there last was one.
if [ -e "$dataDirectory/PG_VERSION" ]; then note "$dataDirectory/.qvd-ha-configuration" "file=$name"; fi
if [ -n "$wordless" ]; then
  notify warning "the copy of the cluster's configuration has no crm.txt" "Everything else is in $directory/$name. crm: ${wordless##*$'\n'}"
fi
say "$directory/$name"

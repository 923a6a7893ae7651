#!/bin/bash
# A dump of the database through its address. On the node that is active, harmless on the other.

host='' port='' database='' user='' resource='' directory='' compression='' monitorSchema='' dataDirectory='' bin='' metrics=''
keep_count='' keep_days='' rsync_target='' s3_bucket=''
. /etc/qvd-ha/backup.conf
#@ common
#@ once
#@ keep
#@ rows

export PGPASSFILE=/root/.pgpass PGCONNECT_TIMEOUT=20 PGAPPNAME=qvd-ha-backup
psql() { "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$host" -p "$port" -U "$user" -d "$database"; }

part='' stage='making the backup'
cleared() { rm -f ${part:+"$part" "$part.rows" "$part.sha256"}; }
failed() {
  metrics backup <<END
# HELP qvd_ha_backup_failed Whether the last backup failed.
# TYPE qvd_ha_backup_failed gauge
qvd_ha_backup_failed{database="$database"} 1
# HELP qvd_ha_backup_timestamp_seconds When the last good backup was made.
# TYPE qvd_ha_backup_timestamp_seconds gauge
qvd_ha_backup_timestamp_seconds{database="$database"} $(noted "$dataDirectory/.qvd-ha-backup")
END
  notify critical "the backup of $database failed while $stage" "$1"
}
once backup

mkdir -p -m 700 "$directory"
if [ "$(findmnt -n -o MAJ:MIN -T "$directory")" = "$(findmnt -n -o MAJ:MIN -T "$dataDirectory")" ]; then
  echo "$directory lies on the replicated disk itself: choose another (maintenance.backup.directory)" >"$errors"
  exit 1
fi
# What a run that was killed has left.
find "$directory" -maxdepth 1 -name '.*.part*' -type f -delete

# One snapshot for the dump and for the count of rows. The session that holds it lives as long as both.
stage='asking the database for a snapshot'
coproc HOLDER { psql 2>>"$errors"; }
holder=$HOLDER_PID
exec {ask}>&"${HOLDER[1]}" {answer}<&"${HOLDER[0]}"
echo "begin transaction isolation level repeatable read read only; select pg_export_snapshot();" >&"$ask"
read -r -t 60 snapshot <&"$answer"

name=$database-$(date -u +%Y%m%dT%H%M%SZ).dump
part=$directory/.$name.part
stage='dumping'
"$bin/pg_dump" -w -h "$host" -p "$port" -U "$user" -d "$database" --format=custom --compress="$compression" \
  --snapshot="$snapshot" --exclude-schema="$monitorSchema" --lock-wait-timeout=60s --file="$part" 2>>"$errors"
stage='counting the rows of'
rows_sql "$snapshot" "$monitorSchema" | psql >"$part.rows" 2>>"$errors"
echo '\q' >&"$ask"
wait "$holder" || true

stage='checking'
"$bin/pg_restore" --list "$part" >/dev/null 2>>"$errors"
(cd "$directory" && sum=$(sha256sum <"$part") && printf '%s  %s\n' "${sum%% *}" "$name" >"$part.sha256")
sync "$part" "$part.rows" "$part.sha256"
# The dump comes last: where it has its name, what belongs to it is there.
mv "$part.rows" "$directory/$name.rows"
mv "$part.sha256" "$directory/$name.sha256"
mv "$part" "$directory/$name"
part=
sync -f "$directory"
size=$(stat -c %s "$directory/$name")

# On the replicated disk, so that whichever node is active next knows when there last was one.
note "$dataDirectory/.qvd-ha-backup" "file=$name" "bytes=$size"

good() { [ -e "$1.rows" ] && (cd "$directory" && sha256sum --status -c "$1.sha256" 2>/dev/null); }
stage='taking old ones away after'
dated "$directory" "$database-*.dump" good | expired "$keep_count" "$keep_days" "$(date +%s)" | while read -r old; do
  say "taking away $old"
  rm -f "$directory/$old" "$directory/$old.rows" "$directory/$old.sha256"
done

# There as well, the dump comes last and has its name when it is whole: what is half sent lies aside, and the next attempt goes on with it.
send_rsync() { rsync --archive --partial-dir=.partial --timeout=300 -e 'ssh -F /etc/qvd-ha/backup_ssh_config' "$@" "$rsync_target/" 2>>"$errors"; }
if [ -n "$rsync_target" ]; then
  stage="sending it to ${rsync_target%%:*}, though it is good here"
  send_rsync "$directory/$name.rows" "$directory/$name.sha256"
  send_rsync "$directory/$name"
fi
# An object is there when all of it has come.
send_s3() { rclone --config /etc/qvd-ha/backup_rclone.conf --retries 3 --low-level-retries 3 --contimeout 30s copyto "$directory/$1" "qvdha:$s3_bucket/$1" 2>>"$errors"; }
if [ -n "$s3_bucket" ]; then
  stage="sending it to $s3_bucket, though it is good here"
  send_s3 "$name.rows"
  send_s3 "$name.sha256"
  send_s3 "$name"
fi
metrics backup <<END
# HELP qvd_ha_backup_failed Whether the last backup failed.
# TYPE qvd_ha_backup_failed gauge
qvd_ha_backup_failed{database="$database"} 0
# HELP qvd_ha_backup_timestamp_seconds When the last good backup was made.
# TYPE qvd_ha_backup_timestamp_seconds gauge
qvd_ha_backup_timestamp_seconds{database="$database"} $(date +%s)
# HELP qvd_ha_backup_bytes Size of the last good backup.
# TYPE qvd_ha_backup_bytes gauge
qvd_ha_backup_bytes{database="$database"} $size
END
say "$directory/$name: $size bytes, $(wc -l <"$directory/$name.rows") tables"

#!/bin/bash
# Backups for a point in time, by pgBackRest. On the node that is active, harmless on the other.
# usage: pitr [backup [full|diff] | check | prepare | upgrade]

resource='' dataDirectory='' bin='' osUser='' socketDirectory='' port='' stanza='' account='' repository_host='' repository_directory='' database=''
fullEvery='' maximumAge='' maximumLag='' metrics=''
. /etc/qvd-ha/pitr.conf
#@ common
#@ once

do=${1:-backup} kind=${2-}
case $do:$kind in backup: | backup:full | backup:diff | check: | prepare: | upgrade:) ;; *) say "usage: pitr [backup [full|diff] | check | prepare | upgrade]"; exit 64 ;; esac

work='' server='' stage="looking at the archive"
cleared() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf ${work:+"$work"}
}
failed() {
  record 1
  notify critical "point in time of $database: $stage failed" "$1"
}
record() { # FAILED
  metrics pitr <<END
# HELP qvd_ha_pitr_failed Whether the last backup for a point in time, or the last look at them, failed.
# TYPE qvd_ha_pitr_failed gauge
qvd_ha_pitr_failed{database="$database"} $1
# HELP qvd_ha_pitr_timestamp_seconds When the last good one was made.
# TYPE qvd_ha_pitr_timestamp_seconds gauge
qvd_ha_pitr_timestamp_seconds{database="$database"} $(noted "$dataDirectory/.qvd-ha-pitr")
# HELP qvd_ha_pitr_waiting_seconds How long the oldest piece of the log has waited to be sent.
# TYPE qvd_ha_pitr_waiting_seconds gauge
qvd_ha_pitr_waiting_seconds{database="$database"} $(waiting)
END
}

as() { (cd / && exec runuser -u "$osUser" -- "$@"); }
backrest() { as pgbackrest --config=/etc/qvd-ha/pgbackrest.conf --stanza="$stanza" "$@"; }
sql() { as "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$socketDirectory" -p "$port" -d postgres; }
# Whatever goes wrong is told with the last of what was said.
complain() { printf '%s\n' "$*" >>"$errors"; exit 1; }
unreadable() { complain "pgBackRest cannot say what $repository_host has: is the passphrase there the one that the backups were made with?"; }
#@ waiting

# ask WORD…: has the third host do it. pgBackRest there reaches the server by a socket of this very connection, and by it alone: nobody else can ask this node.
# All of it as the server's user, who may read the key and the data, and nothing more.
ask() {
  local there
  there=$repository_directory/run/$(uname -n).$(date +%s%N)
  work=$(mktemp -d -p /run qvd-ha-pitr.XXXXXX)
  chown "$osUser": "$work"
  # Not by `as`: what is ended must be the program, and not a shell that waits for it.
  (cd / && exec runuser -u "$osUser" -- systemd-socket-activate --accept --inetd -l "$work/server" -E PATH -- /usr/local/lib/qvd-ha/pitr-serve) >"$work/said" 2>&1 9>&- &
  server=$!
  for _ in {1..100}; do [ ! -S "$work/server" ] || break; sleep 0.1; done
  [ -S "$work/server" ] || complain "$(cat "$work/said")"
  if ! as /usr/local/lib/qvd-ha/pitr-ssh -o ExitOnForwardFailure=yes -R "$there:$work/server" "$account@$repository_host" "$* $there" </dev/null >"$work/out" 2>&1; then
    cat "$work/out" >&2
    # In pgBackRest's words, without its lines of progress.
    grep -vE ' INFO: ' "$work/out" >>"$errors" || true
    grep -E 'refused|ERROR' "$work/said" >>"$errors" || true
    exit 1
  fi
  cat "$work/out" >&2
  kill "$server" 2>/dev/null || true
  server=''
  rm -rf "$work"
  work=''
}

# What the repository has: its state in a word, why, and when the last full and the last backup of any kind ended.
look() {
  local json row
  json=$(backrest --output=json info 2>>"$errors") || unreadable
  # Deciphered with another passphrase, one file in 256 passes for a text, which is none.
  row=$(sql 2>>"$errors" <<END
select s->'status'->>'code' || E'\t' || regexp_replace(coalesce((select string_agg(r->'status'->>'message', '; ') from json_array_elements(s->'repo') r
    where r->'status'->>'code' <> '0'), s->'status'->>'message'), '\s+', ' ', 'g')
  || E'\t' || coalesce((select max((b->'timestamp'->>'stop')::bigint) from json_array_elements(s->'backup') b where b->>'type' = 'full' and b->>'error' is distinct from 'true'), 0)
  || E'\t' || coalesce((select max((b->'timestamp'->>'stop')::bigint) from json_array_elements(s->'backup') b where b->>'error' is distinct from 'true'), 0)
from json_array_elements(\$info\$$json\$info\$::json) s where s->>'name' = '$stanza'
END
  ) || unreadable
  [ -n "$row" ] || complain "pgBackRest on $repository_host knows nothing of $stanza"
  IFS=$'\t' read -r code why full last <<<"$row"
}

# Sent now, and seen there.
check_archive() { backrest check >>"$errors" 2>&1 || complain "what the server writes does not arrive on $repository_host"; }

backup() {
  stage='making a backup'
  look
  # 1: a third host whose disk was lost, or another one with the same name, has no place for it.
  if [ "$code" = 1 ]; then
    notify warning "point in time of $database: $repository_host has none of its backups" "there is no way back to any moment before the backup that is made now"
    ask stanza-create
    look
  fi
  # 2: there is none yet.
  [ "$code" = 0 ] || [ "$code" = 2 ] || complain "$repository_host: $why"
  if [ -z "$kind" ]; then
    kind='diff'
    # Half a day of grace: one that took its time must not put off the next by a day.
    if [ $(($(date +%s) - full)) -gt $((fullEvery * 86400 - 43200)) ]; then kind=full; fi
  fi
  ask backup "$kind"
  note "$dataDirectory/.qvd-ha-pitr" "kind=$kind" "stanza=$stanza"
  record 0
  say "a backup ($kind) of $database is on $repository_host"
}

check() {
  local seconds
  look
  [ "$code" != 1 ] || complain "$repository_host has none of its backups ($why): the next one begins anew; now: systemctl start qvd-ha-pitr.service"
  [ "$code" = 0 ] || complain "$repository_host: $why"
  if [ $(($(date +%s) - last)) -gt $((maximumAge * 3600)) ]; then complain "the last backup on $repository_host is $((($(date +%s) - last) / 3600)) hours old"; fi
  seconds=$(waiting)
  if [ "$seconds" -gt "$maximumLag" ]; then complain "a piece of the log has waited $seconds s to be sent to $repository_host"; fi
  stage='sending the log'
  check_archive
  record 0
  say "the last backup is $((($(date +%s) - last) / 60)) min old, and the log arrives on $repository_host"
}

prepare() {
  stage='making the place for backups'
  ask stanza-create
  stage='sending the log'
  check_archive
  note "$dataDirectory/.qvd-ha-pitr-prepared" "repository=$account@$repository_host:$repository_directory/$stanza"
  # It is not waited for. What was written while nothing was archived is in no backup before it, so until it is there, there is no way back.
  systemctl start --no-block qvd-ha-pitr.service
}

# After a new major version of the server.
upgrade() {
  stage='telling the repository of another version'
  ask stanza-upgrade
}

once "pitr-${do/prepare/check}"
"$do"

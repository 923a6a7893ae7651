#!/bin/bash
# A dump of the backups, restored: into an instance of its own, where it is compared and thrown away, or into the database itself.
# usage: restore scratch|database FILE|latest

port='' database='' user='' resource='' directory='' monitorSchema='' encoding='' locale='' bin='' osUser='' socketDirectory=''
. /etc/qvd-ha/backup.conf
#@ common
#@ rows

into=${1-} file=${2:-latest}
case $into in scratch | database) ;; *) say "usage: restore scratch|database FILE|latest"; exit 64 ;; esac
if [ "$file" = latest ]; then
  file=$(find "$directory" -maxdepth 1 -name "$database-*.dump" -type f -printf '%f\n' 2>/dev/null | sort | tail -n 1)
  [ -n "$file" ] || { say "there is no backup of $database in $directory on $(uname -n)"; exit 66; }
fi
file=${file##*/}
dump=$directory/$file
[ -e "$dump" ] || { say "there is no $dump on $(uname -n)"; exit 66; }
[ -e "$dump.rows" ] || { say "$dump.rows is missing: what the dump holds cannot be told"; exit 66; }
(cd "$directory" && sha256sum --quiet -c "$file.sha256") || { say "$dump is not what was written: its checksum is another"; exit 65; }

as() { (cd / && exec runuser -u "$osUser" -- "$@"); }
work=$(mktemp -d -p /var/tmp qvd-ha-restore.XXXXXX)
at_end() {
  if [ -e "$work/data/postmaster.pid" ]; then as "$bin/pg_ctl" stop -s -w -D "$work/data" -m immediate || true; fi
  rm -rf "$work"
}
trap at_end EXIT
trap 'exit 143' TERM INT

# Both in the dump's words: a table that is missing, new or different is a line of the difference.
compare() { # LABEL
  if ! diff -u --label "dumped" --label "$1" "$dump.rows" "$work/rows" >&2; then
    say "the rows in the $1 are not those that were dumped"
    exit 1
  fi
  say "$(wc -l <"$work/rows") tables, $(awk '{ n += $(NF - 2) } END { print n + 0 }' "$work/rows") rows: the same as were dumped"
}

# On this node's own disk, without a network, and without the care for its data that takes time: it is thrown away.
scratch() {
  chown "$osUser": "$work"
  as "$bin/initdb" --pgdata="$work/data" --auth=peer --encoding="$encoding" --locale="$locale" --no-sync >/dev/null
  as "$bin/pg_ctl" start -s -w -t 120 -D "$work/data" -l "$work/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$work -c unix_socket_permissions=0700 -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_wal_size=4GB" </dev/null
  local psql=(as "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$work")
  "${psql[@]}" -d postgres -v owner="$user" -v name=restored <<'END'
create role :"owner";
create database :"name" owner :"owner" template template0;
END
  as "$bin/pg_restore" --exit-on-error --single-transaction -h "$work" -d restored <"$dump"
  rows_sql '' "$monitorSchema" | "${psql[@]}" -d restored >"$work/rows"
  compare "scratch instance"
}

# In one transaction: others see the old rows until it is done, and if anything fails, they stay.
database() {
  drbd_state
  [ "$role" = Primary ] || { say "$resource is $role here: this is for the node that is active"; exit 69; }
  local psql=(as "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$socketDirectory" -p "$port" -d "$database")
  {
    echo "begin transaction isolation level read committed;"
    # Clients that hold a table would make it wait for ever.
    echo "set local lock_timeout = '60s';"
    echo "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and usename = '$user' and pid <> pg_backend_pid();"
    echo "\\echo restoring"
    "$bin/pg_restore" --clean --if-exists --file=- "$dump"
    echo "\\echo restored"
    rows_sql '' "$monitorSchema"
    echo "commit;"
  } | "${psql[@]}" >"$work/all"
  sed '1,/^restored$/d' "$work/all" >"$work/rows"
  compare "database"
}

"$into"
say "restored $file from $(uname -n)"

#!/bin/bash
# The database as it was at a point in time, in an instance of its own on this node: looked at and thrown away. The server that serves, and its data, are
# not touched.
# usage: restore-time TIME|latest [--rows FILE] [--dump FILE]
#   TIME         as PostgreSQL has it, with its zone: 2026-01-31 12:00:00+00
#   --rows FILE  what the tables must hold, as dumps carry it, - for standard input; without it, what differs from the database now is shown
#   --dump FILE  leave a dump there, with what belongs to it, as backups have it

dataDirectory='' bin='' osUser='' host='' port='' database='' user='' monitorSchema='' stanza='' scratch=''
. /etc/qvd-ha/pitr.conf
#@ common
#@ rows

usage() { say "usage: restore-time TIME|latest [--rows FILE] [--dump FILE]"; exit 64; }
target=${1-} rows='' dump=''
[ -n "$target" ] || usage
shift
while [ $# -gt 0 ]; do
  case $1 in
  --rows) rows=${2:?} ;;
  --dump) dump=${2:?} ;;
  *) usage ;;
  esac
  shift 2
done
if [ -n "$rows" ] && [ "$rows" != - ] && [ ! -e "$rows" ]; then say "there is no $rows on $(uname -n)"; exit 66; fi
when=(--type=default)
if [ "$target" != latest ]; then
  # A time without its zone would be taken in the server's, which nobody thinks of.
  [[ $target =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[\ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$ ]] ||
    { say "\"$target\" is no time with its zone, such as 2026-01-31 12:00:00+00"; exit 64; }
  target=$(date -u -d "$target" '+%F %T.%6N+00') || exit 64
  when=(--type=time "--target=$target" --target-action=promote)
fi

as() { (cd / && exec runuser -u "$osUser" -- "$@"); }
work=$(mktemp -d -p "$scratch" qvd-ha-restore.XXXXXX)
at_end() {
  if [ -e "$work/data/postmaster.pid" ]; then as "$bin/pg_ctl" stop -s -w -D "$work/data" -m immediate || true; fi
  rm -rf "$work"
}
trap at_end EXIT
trap 'exit 143' TERM INT
chown "$osUser": "$work"
if [ "$rows" = - ]; then
  rows="$work/the rows of the dump"
  cat >"$rows"
fi
if [ "$(findmnt -n -o MAJ:MIN -T "$work")" = "$(findmnt -n -o MAJ:MIN -T "$dataDirectory")" ] && mountpoint -q "$dataDirectory"; then
  say "$scratch lies on the replicated disk itself: choose another (maintenance.pitr.scratch)"
  exit 1
fi

as mkdir -m 700 "$work/data"
as pgbackrest --config=/etc/qvd-ha/pgbackrest.conf --stanza="$stanza" --pg1-path="$work/data" --archive-mode=off --log-level-console=error "${when[@]}" restore </dev/null >&2 ||
  {
    say "nothing could be restored of $stanza to $target: nothing was touched"
    say "where pgBackRest broke down, or met with what it cannot read: is the passphrase on the third host the one that the backups were made with?"
    exit 65
  }
# Nobody but this script gets in, and only when the log was read to the point in time. Nothing of it is archived, whatever the files say.
broken() {
  say "the log does not lead to $target: $(grep -E 'FATAL|PANIC' "$work/log" | grep -v 'not accepting connections' | head -n 3)"
  if grep -q 'before configured recovery target' "$work/log"; then say "nothing that was written later has arrived in the archive: for all that has, TIME=latest"; fi
  exit 65
}
as "$bin/pg_ctl" start -s -w -t 43200 -D "$work/data" -l "$work/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$work -c unix_socket_permissions=0700 -c hot_standby=off -c archive_mode=off -c port=$port -c fsync=off -c autovacuum=off -c logging_collector=off" </dev/null >&2 ||
  broken
# Without a hot standby, pg_ctl only waits until the reading has begun.
until as "$bin/pg_isready" -q -h "$work" -p "$port" -t 10; do
  [ -e "$work/data/postmaster.pid" ] || broken
  sleep 1
done
grep -E 'recovery stopping|last completed transaction|archive recovery complete' "$work/log" | sed 's/.*LOG: *//' >&2 || true
psql=(as "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$work" -p "$port" -d "$database")
rows_sql '' "$monitorSchema" | "${psql[@]}" >"$work/rows"
say "$(wc -l <"$work/rows") tables, $(awk '{ n += $(NF - 2) } END { print n + 0 }' "$work/rows") rows as of $target"

if [ -n "$rows" ]; then
  if ! diff -u --label "${rows##*/}" --label "as of $target" "$rows" "$work/rows" >&2; then
    say "the rows as of $target are not those of ${rows##*/}"
    exit 1
  fi
  say "the same rows as in ${rows##*/}"
else
  # For whoever looks for the right moment. The database may be down, which is why somebody restores.
  export PGPASSFILE=/root/.pgpass PGCONNECT_TIMEOUT=10
  if rows_sql '' "$monitorSchema" | "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -h "$host" -p "$port" -U "$user" -d "$database" >"$work/now" 2>/dev/null; then
    if changed=$(diff --label 'the database now' --label 'the point in time' -U 0 "$work/now" "$work/rows" | sed -nE 's/^([-+])([^-+].*) ([0-9]+) -?[0-9]+ -?[0-9]+$/\1\2: \3 rows/p') && [ -z "$changed" ]; then
      say "the database has the same rows now"
    else
      say "what differs now (-) from then (+):"
      say "$changed"
    fi
  else
    say "the database does not answer, so nothing is compared with it"
  fi
fi

if [ -n "$dump" ]; then
  mkdir -p -m 700 "${dump%/*}"
  part=${dump%/*}/.${dump##*/}.part
  as "$bin/pg_dump" -w -h "$work" -p "$port" -d "$database" --format=custom --exclude-schema="$monitorSchema" >"$part"
  "$bin/pg_restore" --list "$part" >/dev/null
  cp "$work/rows" "$dump.rows"
  sum=$(sha256sum <"$part")
  printf '%s  %s\n' "${sum%% *}" "${dump##*/}" >"$dump.sha256"
  sync "$part" "$dump.rows" "$dump.sha256"
  mv "$part" "$dump"
  say "$dump"
fi

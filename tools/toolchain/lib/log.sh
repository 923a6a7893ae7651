# shellcheck shell=bash
# Progress lines with the elapsed time, and long commands that show a sign of life.

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }
warn() { printf 'qvd-ha: %s\n' "$*" >&2; }
die() {
  warn "$*"
  exit 1
}

# long LABEL COMMAND... - runs it with its output in a log that is shown only when it fails.
long() {
  local label=$1 log pid status=0 beat
  shift
  log=$(mktemp "$QVD_HA_ROOT/.state/toolchain/log.XXXXXX")
  say "$label …"
  "$@" >"$log" 2>&1 &
  pid=$!
  beat=$((SECONDS + 30))
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS >= beat)); then
      say "$label: still at it"
      beat=$((SECONDS + 30))
    fi
  done
  wait "$pid" || status=$?
  if ((status == 0)); then
    say "$label: done"
  else
    warn "$label failed (exit status $status):"
    tail -n 40 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# lock FD FILE WHAT - waits for another run, which keeps the lock until its last child has ended.
lock() {
  eval "exec $1>\"\$2\""
  if ! flock -n "$1"; then
    say "waiting for another bootstrap to finish with $3"
    flock "$1"
  fi
}

# hash_files [NAME...] - one hash of the names and contents of files, read as a null-separated list from stdin.
hash_files() { sort -z | xargs -0 -r sha256sum -- | sha256sum | cut -c1-16; }

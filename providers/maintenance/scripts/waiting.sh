#!/bin/bash
# How far the archive is behind: put into a script in place of the line "#@ waiting".

# Seconds that the oldest piece of the server's log has waited to be sent.
waiting() {
  local oldest
  oldest=$(find "$dataDirectory/pg_wal/archive_status" -maxdepth 1 -name '*.ready' -printf '%T@\n' 2>/dev/null | sort -n | head -n 1)
  if [ -n "$oldest" ]; then echo $(($(date +%s) - ${oldest%.*})); else echo 0; fi
}

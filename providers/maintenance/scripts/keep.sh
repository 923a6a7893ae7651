#!/bin/bash
# Which of several backups go: put into a script in place of the line "#@ keep".

# expired COUNT DAYS NOW: of lines "NAME EPOCH good|bad" on standard input, the names of those to delete: beyond the COUNT newest, or older than DAYS.
# The newest good one stays whatever its age, as long as it may be the only way back.
expired() {
  local n=0 safe='' name at quality
  sort -k2,2nr -k1,1r | while read -r name at quality; do
    n=$((n + 1))
    if [ "$quality" = good ] && [ -z "$safe" ]; then
      safe=$name
    elif [ "$n" -gt "$1" ] || [ $(($3 - at)) -gt $(($2 * 86400)) ]; then
      echo "$name"
    fi
  done
}

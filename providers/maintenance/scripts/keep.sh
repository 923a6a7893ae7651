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

# dated DIRECTORY PATTERN GOOD: such lines of the files there whose names end in their time; GOOD is a function that says whether one can be read.
dated() {
  local found='' file stamp
  for file in $(find "$1" -maxdepth 1 -name "$2" -type f | sort -r); do
    stamp=${file##*-}
    stamp=$(date -u -d "${stamp:0:4}-${stamp:4:2}-${stamp:6:2} ${stamp:9:2}:${stamp:11:2}:${stamp:13:2}" +%s 2>/dev/null) || continue
    # Only the newest good one has to be known: reading all of them every night would be for nothing.
    if [ -z "$found" ] && "$3" "$file"; then found=1 && echo "${file##*/} $stamp good"; else echo "${file##*/} $stamp bad"; fi
  done
}

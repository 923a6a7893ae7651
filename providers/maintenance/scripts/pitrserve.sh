#!/bin/bash
# One request of pgBackRest on the third host, while this node has it make a backup: on standard input, first the command, then pgBackRest's own words.

set -euo pipefail
stanza=''
. /etc/qvd-ha/pitr.conf
IFS= read -r line
read -ra words <<<"$line"
refuse() { printf 'refused: %s\n' "$*" >&2; exit 77; }
[ "${words[0]-}" = pgbackrest ] || refuse "$line"
kept=()
for word in "${words[@]:1}"; do
  case $word in
  --stanza="$stanza" | --remote-type=pg) kept+=("$word") ;;
  # Where the server is, is for this node to say.
  --config=* | --config-*=* | --no-config | --pg[0-9]*-*=*) ;;
  --exec-id=* | --process=* | --log-level-*=* | --*-timeout=* | --compress-*=* | --buffer-size=* | --pg=*)
    [[ $word =~ ^--[a-z0-9-]+=[A-Za-z0-9_.-]*$ ]] || refuse "$word"
    kept+=("$word")
    ;;
  backup:remote | check:remote | stanza-create:remote | stanza-upgrade:remote) kept+=("$word") ;;
  *) refuse "$word" ;;
  esac
done
exec pgbackrest --config=/etc/qvd-ha/pgbackrest.conf "${kept[@]}"

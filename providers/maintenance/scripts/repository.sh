#!/bin/bash
# All that the nodes' key may do on the third host: pgBackRest's own conversation, and a backup asked for. Nothing here deletes a backup; that is pgBackRest's
# own retention, as this host's configuration has it.
# usage, from authorized_keys: repository STANZA, with the words in SSH_ORIGINAL_COMMAND

set -euo pipefail
umask 077
stanza='' directory=''
# shellcheck source=/dev/null
. "/etc/qvd-ha/repository-$1.conf"
configuration=/etc/qvd-ha/repository-$1.pgbackrest
refuse() { printf 'refused: %s\n' "$*" >&2; exit 77; }
read -ra words <<<"${SSH_ORIGINAL_COMMAND-}"

# conversation WORD…: what pgBackRest on a node asks of this one.
conversation() {
  local word kept=()
  for word in "$@"; do
    case $word in
    --stanza="$stanza" | --remote-type=repo | --repo=1) kept+=("$word") ;;
    # Where the repository is and how it is kept, is for this host to say.
    --config=* | --config-*=* | --no-config | --repo[0-9]*-*=* | --pg[0-9]*-*=*) ;;
    --exec-id=* | --process=* | --log-level-*=* | --*-timeout=* | --compress-*=* | --buffer-size=*)
      [[ $word =~ ^--[a-z0-9-]+=[A-Za-z0-9_.-]*$ ]] || refuse "$word"
      kept+=("$word")
      ;;
    archive-push:remote | archive-get:remote | info:remote | check:remote | restore:remote) kept+=("$word") ;;
    *) refuse "$word" ;;
    esac
  done
  exec pgbackrest --config="$configuration" "${kept[@]}"
}

# from_node SOCKET WORD…: pgBackRest here, with the node at the other end of the socket.
from_node() {
  local socket=$1
  shift
  [[ $socket =~ ^"$directory"/run/[A-Za-z0-9_.-]+$ ]] || refuse "$socket"
  export QVD_HA_NODE=$socket
  # shellcheck disable=SC2064 # As it is now.
  trap "rm -f '$socket'" EXIT
  # It ends with the connection: nobody would hear of the rest.
  pgbackrest --config="$configuration" --stanza="$stanza" "$@"
}

case ${words[*]-} in
"pgbackrest "*) conversation "${words[@]:1}" ;;
"backup full "* | "backup diff "*) from_node "${words[2]}" "--type=${words[1]}" backup ;;
"stanza-create "* | "stanza-upgrade "*) from_node "${words[1]}" "${words[0]}" ;;
version) exec pgbackrest version ;;
*) refuse "${SSH_ORIGINAL_COMMAND:-no command}" ;;
esac

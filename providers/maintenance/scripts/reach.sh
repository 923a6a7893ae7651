#!/bin/bash
# ssh as pgBackRest on the third host calls it, to get at the server: by the socket of the node that asked for it, which says what may be run there.

set -euo pipefail
# The command is its last word.
{ printf '%s\n' "${!#}" && exec cat; } | exec socat -t 60 - "UNIX-CONNECT:${QVD_HA_NODE:?}"

#!/bin/bash
# Makes a root with two major versions of PostgreSQL beside each other, as an upgrade of Debian 12 to 13 leaves them: majors.sh DIRECTORY. From Debian's own archive.
set -euo pipefail
mirror=http://deb.debian.org/debian
exec mmdebstrap --variant=minbase --include=postgresql-15,postgresql-17 trixie "$1" "deb $mirror trixie main" "deb $mirror bookworm main"

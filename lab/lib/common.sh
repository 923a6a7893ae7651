# What every verb shares: the instance's identity and paths, messages, the lock. Sourced by lab/lab.

# Throughout: `grep … >/dev/null` behind a pipe, never `grep -q`, which ends early and fails the writer under pipefail.
LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

die() {
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

# Every message carries the seconds since the verb began, so that a slow step shows itself.
say() { printf 'lab %4ds  %s\n' "$SECONDS" "$*" >&2; }

need_root() { [ "$(id -u)" = 0 ] || die "must run as root (namespaces, libvirtd and packages need it)"; }

INSTANCE=${QVD_HA_INSTANCE:-dev}
[[ $INSTANCE =~ ^[a-z0-9][a-z0-9-]{0,15}$ ]] ||
  die "QVD_HA_INSTANCE is '$INSTANCE': use 1 to 16 of a-z, 0-9 and '-'"
# Two checkouts that both say "dev" must not meet.
key_of() { echo "$1-$(printf %s "$LAB" | sha256sum | cut -c1-6)"; }
KEY=$(key_of "$INSTANCE")

NETNS=qvd-ha-$KEY
NETNS_FILE=/run/netns/$NETNS
# Short on purpose: sockets below it must stay under 108 characters.
STATE=${QVD_HA_STATE:-/var/lib/qvd-ha}/$KEY
MOUNTNS_FILE=$STATE/ns/mnt
CACHE=${QVD_HA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/qvd-ha}

# An instance keeps the system that it was made with: guests that exist do not change theirs because a variable is set or forgotten.
kept_os() {
  if [ -e "$STATE/os" ]; then cat "$STATE/os"; elif [ -d "$STATE/libvirt" ]; then echo debian12; fi
}
KEPT_OS=$(kept_os)
OS=${KEPT_OS:-${QVD_HA_OS:-debian12}}
case $OS in
  debian12) SUITE=bookworm ;;
  debian13) SUITE=trixie ;;
  *) die "QVD_HA_OS is '$OS': the lab has images of debian12 and debian13" ;;
esac
same_os() {
  [ "${QVD_HA_OS:-$OS}" = "$OS" ] || die "QVD_HA_OS is '$QVD_HA_OS', and the instance $KEY was made with $OS: 'make down' (or 'lab down') first"
}

ROUTER=172.20.64.1
# Where a second hypervisor has joined.
SECOND=172.20.64.2
ARIES_KEY=$STATE/aries/client_ed25519
ARIES_HOST_KEY=$STATE/aries/ssh_host_ed25519_key
REPOSITORY_PORT=3142

# One verb at a time changes an instance. Daemons must be started with 9>&-, or they would hold the lock.
lock_instance() {
  exec 9>"/run/lock/$NETNS.lock"
  flock --wait 900 9 || die "another run has held the instance $KEY for 15 minutes"
}

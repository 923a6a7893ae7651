# The instance's two namespaces. Both are held by files, not by a process, so nothing is lost when a run is killed.

netns_exists() { [ -e "$NETNS_FILE" ] && ip netns list 2>/dev/null | grep "^$NETNS\( \|$\)" >/dev/null; }
mountns_ready() { [ -e "$STATE/ns/ready" ] && mountpoint -q "$STATE/ns"; }
namespaces_ready() { netns_exists && mountns_ready; }

# Entering a mount namespace leads to /, so the caller's directory is entered again.
# shellcheck disable=SC2016
IN_DIRECTORY='cd "$1" || exit 1; shift; exec "$@"'

# Whether a process, by its id or `self`, is in the instance's network namespace.
in_netns() { [ "$(stat -Lc %i "/proc/$1/ns/net" 2>/dev/null)" = "$(stat -Lc %i "$NETNS_FILE" 2>/dev/null)" ]; }

# Becomes a command in both, in the caller's directory and environment. Whoever is there already cannot enter the mount namespace by a file that is seen from within it.
enter() {
  if in_netns self && mountpoint -q /var/lib/libvirt; then exec "$@"; fi
  exec nsenter --net="$NETNS_FILE" --mount="$MOUNTNS_FILE" -- /bin/sh -c "$IN_DIRECTORY" sh "$PWD" "$@"
}

# Runs a command in both.
inside() { (enter "$@"); }

# Directories of the machine's libvirt, each covered by the instance's own.
LIBVIRT_DIRECTORIES=(run/libvirt var/lib/libvirt etc/libvirt var/cache/libvirt var/log/libvirt)

# Runs in the new mount namespace; everything mounted here is seen in the instance alone.
furnish_mountns() {
  local directory
  for directory in "${LIBVIRT_DIRECTORIES[@]}"; do
    mount --bind "$STATE/libvirt/$directory" "/$directory"
  done
  # /sys must show this network namespace's devices, or libvirt looks for its bridges in vain.
  umount -l /sys
  mount -t sysfs sysfs /sys
  # Out of sight of the machine's systemd-machined, where domains of two instances would have the same name.
  if [ -d /run/dbus ]; then mount -t tmpfs -o size=16k,mode=755 none /run/dbus; fi
  touch "$STATE/ns/ready"
}

make_namespaces() {
  local directory
  if ! netns_exists; then
    rm -f "$NETNS_FILE"
    ip netns add "$NETNS"
  fi
  ip -n "$NETNS" link set lo up

  mountns_ready && return 0
  drop_mountns
  for directory in "${LIBVIRT_DIRECTORIES[@]}"; do
    mkdir -p "/$directory" "$STATE/libvirt/$directory"
  done
  mkdir -p "$STATE/ns"
  # A namespace's file may only be mounted where mounts do not spread.
  mount -t tmpfs -o size=64k,mode=700 qvd-ha "$STATE/ns"
  mount --make-private "$STATE/ns"
  touch "$MOUNTNS_FILE"
  hold_mountns
}

# The kernel mounts no namespace that is older than the caller's own, and from 6.18 on it goes by numbers that each processor gives out for itself.
# Where the caller is in a namespace of its own (a container), only a number from the right processor passes; it is one of these.
hold_mountns() {
  local cpu said=
  for cpu in $(seq 0 $(($(nproc --all) - 1))); do
    # Slave: what the machine unmounts later disappears in here as well, so no instance pins another's namespace.
    if said=$(nsenter --net="$NETNS_FILE" taskset --cpu-list "$cpu" \
      unshare --mount="$MOUNTNS_FILE" --propagation slave "$BASH" "$LAB/lab" furnish 2>&1 9>&-); then
      return 0
    fi
    ! mountpoint -q "$MOUNTNS_FILE" || break
  done
  die "the mount namespace could not be made: $said"
}

drop_mountns() {
  if mountpoint -q "$STATE/ns"; then
    umount "$MOUNTNS_FILE" 2>/dev/null || true
    umount -l "$STATE/ns"
  fi
}

# Ids of all processes in the instance's network namespace: the guests, the daemons and whatever clients run there.
# No process of another instance or of the machine can be among them.
inhabitants() { if netns_exists; then ip netns pids "$NETNS"; fi; }

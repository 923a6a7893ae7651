# The machine's own packages.

HOST_PACKAGES=(
  qemu-system-x86 qemu-utils seabios ipxe-qemu
  libvirt-daemon-system libvirt-clients libvirt-daemon-driver-qemu dnsmasq-base iptables
  mmdebstrap e2fsprogs apt-utils debian-archive-keyring
  genisoimage xsltproc
  openssh-server openssh-client iproute2 procps python3 postgresql-client
  # What chronyd needs; chrony itself stays out, since it would take over the machine's clock and throw out its time service.
  libedit2 libseccomp2 libcap2 libgnutls30 libnettle8
)
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK="managed by qvd-ha lab"

missing_packages() {
  local package
  for package in "${HOST_PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# Left behind by a killed run, it would keep this machine's own services from starting.
lift_policy() { if grep -qs "$POLICY_MARK" "$POLICY"; then rm -f "$POLICY"; fi; }

# One run at a time prepares the machine, whatever its instance.
with_host_lock() {
  (
    flock --wait 1800 7 || die "another run has been installing packages for 30 minutes"
    "$@"
  ) 7>/run/lock/qvd-ha-host.lock
}

# apt-get waits for dpkg's lock, but not for the lists'.
update_lists() {
  local attempt
  for attempt in 1 2 3 4 5; do
    if apt-get -q update >&2; then return 0; fi
    say "apt-get update failed (attempt $attempt of 5)"
    sleep 5
  done
  return 1
}

# The packages bring services (libvirtd, sshd) which this machine did not ask for: they are neither started nor left to start at boot.
install_host_packages() {
  local missing service
  lift_policy
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "needs these packages, and this machine has no apt-get: ${missing[*]}"
  say "host packages: ${missing[*]}"
  if [ ! -e "$POLICY" ]; then
    printf '#!/bin/sh\n# %s: nothing starts while the lab installs packages\nexit 101\n' "$POLICY_MARK" >"$POLICY"
    chmod 755 "$POLICY"
    trap lift_policy EXIT
  fi
  # A killed run may have left packages unpacked.
  DEBIAN_FRONTEND=noninteractive dpkg --configure -a >&2
  update_lists
  DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends -o DPkg::Lock::Timeout=300 install "${missing[@]}" >&2
  lift_policy
  trap - EXIT
  if [ -d /run/systemd/system ]; then
    if [[ " ${missing[*]} " == *" openssh-server "* ]]; then systemctl -q disable ssh.service ssh.socket || true; fi
    if [[ " ${missing[*]} " == *" libvirt-daemon-system "* ]]; then
      for service in libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirt-guests.service virtlogd.socket virtlockd.socket; do
        systemctl -q disable "$service" || true
      done
    fi
  fi
}

# chronyd is unpacked beside the images instead of installed.
CHRONYD=$CACHE/host/chrony/usr/sbin/chronyd
fetch_chronyd() {
  [ ! -x "$CHRONYD" ] || return 0
  local work
  mkdir -p "$CACHE/host"
  rm -rf "$CACHE"/host/.chrony-*
  work=$(mktemp -d "$CACHE/host/.chrony-XXXXXX")
  (cd "$work" && chmod 755 . && { apt-get -q -o APT::Sandbox::User=root download chrony || { update_lists && apt-get -q -o APT::Sandbox::User=root download chrony; }; }) >&2
  dpkg -x "$work"/chrony_*.deb "$work/root"
  rm -rf "$CACHE/host/chrony"
  mv "$work/root" "$CACHE/host/chrony"
  rm -rf "$work"
}

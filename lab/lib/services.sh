# The daemons inside the instance. Each runs in the foreground of its own session, with its id in $STATE/run.

# True when the recorded process lives and is in this instance: ids are used again after a restart.
service_alive() {
  local pid
  { read -r pid <"$STATE/run/$1.pid"; } 2>/dev/null || return 1
  in_netns "$pid"
}

start_service() {
  local name=$1
  shift
  service_alive "$name" && return 0
  mkdir -p "$STATE/run" "$STATE/log"
  (
    cd /
    # The id is written by the process itself before it becomes the daemon, so no moment exists in which it runs unrecorded.
    exec setsid nsenter --net="$NETNS_FILE" --mount="$MOUNTNS_FILE" -- \
      /bin/sh -c 'echo $$ >"$1.new" && mv "$1.new" "$1" && shift && exec "$@"' sh "$STATE/run/$name.pid" "$@"
  ) </dev/null >>"$STATE/log/$name.log" 2>&1 9>&- &
  disown
}

# Waits until a command succeeds; on time-out shows the service's log.
await_service() {
  local name=$1 attempt
  shift
  for attempt in $(seq 100); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  tail -n 20 "$STATE/log/$name.log" >&2
  die "$name does not answer (attempt $attempt); its log is $STATE/log/$name.log"
}

write_libvirt_configuration() {
  cat >"$STATE/libvirt/etc/libvirt/libvirtd.conf" <<'CONF'
# managed by qvd-ha
listen_tls = 0
auth_unix_ro = "none"
auth_unix_rw = "none"
CONF
  # Guests as root: images lie in the user's cache, where no other account may look.
  # Without cgroups and machined, as their names are shared by all instances on the machine.
  cat >"$STATE/libvirt/etc/libvirt/qemu.conf" <<'CONF'
# managed by qvd-ha
user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
CONF
}

start_libvirtd() {
  # libvirtd does not make the first one itself: the package brings it.
  mkdir -p "$STATE/libvirt/var/lib/libvirt/dnsmasq" "$STATE/console"
  write_libvirt_configuration
  start_service libvirtd /usr/sbin/libvirtd --pid-file "$STATE/libvirt/run/libvirt/libvirtd.pid"
  await_service libvirtd inside virsh -q -c qemu:///system version
}

# Pools are given by a hypervisor, not made by the program: `default` for what it makes, `images` so that a volume may name the
# image by its path as its base.
define_pool() {
  local name=$1 path=$2
  mkdir -p "$path"
  inside virsh -q -c qemu:///system pool-info "$name" >/dev/null 2>&1 ||
    inside virsh -q -c qemu:///system pool-define-as "$name" dir --target "$path"
  if ! inside virsh -q -c qemu:///system pool-info "$name" | grep 'State: *running' >/dev/null; then
    inside virsh -q -c qemu:///system pool-start "$name"
  fi
  inside virsh -q -c qemu:///system pool-autostart "$name"
  inside virsh -q -c qemu:///system pool-refresh "$name"
}

make_aries_keys() {
  local file
  mkdir -p "$STATE/aries/ssh"
  chmod 700 "$STATE/aries/ssh"
  for file in "$ARIES_HOST_KEY" "$ARIES_KEY"; do
    if [ ! -e "$file" ]; then
      rm -f "$file.new" "$file.new.pub"
      ssh-keygen -q -t ed25519 -N '' -C "aries $KEY" -f "$file.new"
      # The private part last: while it is missing, the pair is made anew.
      mv "$file.new.pub" "$file.pub"
      mv "$file.new" "$file"
    fi
  done
  if ! grep -qsF "$(cut -d' ' -f2 "$ARIES_KEY.pub")" "$STATE/aries/ssh/authorized_keys"; then
    cat "$ARIES_KEY.pub" >>"$STATE/aries/ssh/authorized_keys"
    chmod 600 "$STATE/aries/ssh/authorized_keys"
  fi
}

start_aries() {
  local pam=no
  make_aries_keys
  # Without PAM, sshd refuses an account whose password is locked, as root's is on many machines.
  if grep -q '^root:!' /etc/shadow; then pam=yes; fi
  cat >"$STATE/aries/sshd_config" <<CONF
# managed by qvd-ha
ListenAddress 0.0.0.0:22
HostKey $ARIES_HOST_KEY
PidFile none
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM $pam
UseDNS no
AllowUsers root
AuthorizedKeysFile .ssh/authorized_keys
StrictModes no
MaxStartups 100
Subsystem sftp internal-sftp
CONF
  mkdir -p /run/sshd /root/.ssh
  # One mount namespace deeper: aries' ~/.ssh is its own, root's real one is neither read nor written.
  start_service sshd unshare --mount --uts --propagation slave /bin/sh -c \
    'hostname aries && mount --bind "$1" /root/.ssh && exec /usr/sbin/sshd -D -e -f "$2"' sh "$STATE/aries/ssh" "$STATE/aries/sshd_config"
}

# Serves this machine's time and never sets it (-x): the guests need one clock, not the true one.
start_chronyd() {
  mkdir -p "$STATE/chrony"
  cat >"$STATE/chrony/chrony.conf" <<CONF
# managed by qvd-ha
local stratum 8
allow
cmdport 0
bindcmdaddress /
user root
pidfile $STATE/chrony/chronyd.pid
driftfile $STATE/chrony/drift
CONF
  start_service chronyd "$CHRONYD" -x -d -f "$STATE/chrony/chrony.conf"
}

start_repository() {
  start_service repository /usr/bin/python3 -m http.server --bind 0.0.0.0 --directory "$IMAGE/repository" "$REPOSITORY_PORT"
}

# Only an emulator loses interrupts; and with KVM an idle processor would pass for one that stands still.
start_boots() {
  [ "$(known_acceleration)" != kvm ] || return 0
  start_service boots "$here/boots/watch" "$STATE"
}

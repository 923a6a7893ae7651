# Hardware virtualisation is believed only when the guest's own kernel has run under it: /dev/kvm alone proves nothing.

KVM_VERDICT=$CACHE/acceleration

# Prints kvm or qemu, or nothing when not tried since this machine booted.
known_acceleration() {
  local boot verdict
  { read -r boot verdict <"$KVM_VERDICT"; } 2>/dev/null || return 0
  [ "$boot" != "$(cat /proc/sys/kernel/random/boot_id)" ] || echo "$verdict"
}

# The marker is printed by the initrd's first script: kernel, decompression, interrupts and user mode all worked.
kvm_boots_guest() {
  [ -c /dev/kvm ] || return 1
  local console pid
  console=$(mktemp)
  timeout 20 qemu-system-x86_64 -accel kvm -machine q35 -cpu host -m 512 -display none -no-reboot -nodefaults \
    -kernel "$IMAGE/vmlinuz" -initrd "$IMAGE/initrd" -append "console=ttyS0 panic=-1 root=none" \
    -serial "file:$console" </dev/null >/dev/null 2>&1 9>&- &
  pid=$!
  local booted=1
  while kill -0 "$pid" 2>/dev/null; do
    if grep -qs 'Begin: ' "$console"; then
      booted=0
      break
    fi
    sleep 0.2
  done
  grep -qs 'Begin: ' "$console" && booted=0
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -f "$console"
  return $booted
}

decide_acceleration() {
  local verdict=qemu
  [ -z "$(known_acceleration)" ] || return 0
  if kvm_boots_guest; then verdict=kvm; fi
  mkdir -p "$CACHE"
  printf '%s %s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$verdict" >"$KVM_VERDICT.new"
  mv "$KVM_VERDICT.new" "$KVM_VERDICT"
  say "acceleration: $verdict"
}

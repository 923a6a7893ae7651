# lab save <name>: the running guests and their disks, as of one moment. They go on running afterwards.

save_directory() {
  [[ ${1-} =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "give the save a name of a-z, 0-9 and '-'"
  echo "$STATE/saves/$1"
}

verb_save() {
  need_root
  local target work domain disk
  target=$(save_directory "${1-}")
  lock_instance
  namespaces_ready || die "the lab $KEY is not up"
  mapfile -t domains < <(running_domains)
  [ ${#domains[@]} -gt 0 ] || die "no guest is running"
  work=$STATE/saves/.new
  rm -rf "$work"
  mkdir -p "$work"
  # All stop at the same moment, before the first is written: none sees another missing.
  for domain in "${domains[@]}"; do virsh_inside suspend "$domain" >/dev/null; done
  for domain in "${domains[@]}"; do
    mkdir "$work/$domain"
    domain_disks "$domain" >"$work/$domain/disks"
    virsh_inside save "$domain" "$work/$domain/memory" --paused >/dev/null
    while read -r disk; do
      cp --sparse=always --reflink=auto "$disk" "$work/$domain/$(basename "$disk")"
    done <"$work/$domain/disks"
  done
  for domain in "${domains[@]}"; do virsh_inside restore "$work/$domain/memory" --paused >/dev/null; done
  for domain in "${domains[@]}"; do virsh_inside resume "$domain" >/dev/null; done
  rm -rf "$target"
  mv "$work" "$target"
  say "saved $1: ${domains[*]}"
}

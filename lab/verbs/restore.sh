# lab restore <name>: the guests as they were kept. They must still be defined, with their disks where they were.

verb_restore() {
  need_root
  local source domain disk
  source=$(save_directory "${1-}")
  lock_instance
  namespaces_ready || die "the lab $KEY is not up"
  [ -d "$source" ] || die "nothing is saved as '$1'"
  mapfile -t domains < <(find "$source" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
  for domain in "${domains[@]}"; do
    if virsh_inside domstate "$domain" 2>/dev/null | grep -v 'shut off' >/dev/null; then virsh_inside destroy "$domain" >/dev/null; fi
  done
  for domain in "${domains[@]}"; do
    while read -r disk; do
      cp --sparse=always --reflink=auto "$source/$domain/$(basename "$disk")" "$disk.new"
      mv "$disk.new" "$disk"
    done <"$source/$domain/disks"
    virsh_inside restore "$source/$domain/memory" --paused >/dev/null
  done
  for domain in "${domains[@]}"; do virsh_inside resume "$domain" >/dev/null; done
  say "restored $1: ${domains[*]}"
}

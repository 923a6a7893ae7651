# lab down: the instance is gone, whatever state it was in. The image and the unpacked chronyd stay in the cache.

verb_down() {
  need_root
  lock_instance
  local pid round
  ! in_netns self || die "'lab down' was called inside the lab: it would end its own caller"
  with_host_lock lift_policy

  for round in $(seq 100); do
    mapfile -t pids < <(inhabitants)
    [ ${#pids[@]} -gt 0 ] || break
    for pid in "${pids[@]}"; do
      # Half of the time is for an orderly end.
      if [ "$round" -le 50 ]; then kill -TERM "$pid" 2>/dev/null; else kill -KILL "$pid" 2>/dev/null; fi || true
    done
    sleep 0.1
  done
  [ -z "$(inhabitants)" ] || die "these processes of the lab do not end: $(inhabitants | tr '\n' ' ')"

  drop_mountns
  if netns_exists; then ip netns del "$NETNS"; fi
  rm -f "$NETNS_FILE"
  if [ -d "$STATE" ]; then
    # Never through a mount: what is behind one is not the lab's.
    if findmnt -rno TARGET | grep "^$STATE/" >/dev/null; then die "something is still mounted below $STATE"; fi
    rm -rf --one-file-system "$STATE"
    rmdir --ignore-fail-on-non-empty "$(dirname "$STATE")" 2>/dev/null || true
  fi
  say "lab $KEY is gone"
}

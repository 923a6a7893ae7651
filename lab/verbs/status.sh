# lab status: what there is, on one screen.

CONSOLE_LINES=${QVD_HA_CONSOLE_LINES:-1}

verb_status() {
  local service
  printf 'instance      %s\n' "$KEY"
  printf 'state         %s\n' "$STATE"
  printf 'image         %s (%s)\n' "$SUITE-$IMAGE_HASH" "$(if image_present; then echo present; else echo "not built"; fi)"
  printf 'acceleration  %s\n' "$(known_acceleration | grep . || echo "not tried")"
  printf 'namespace     %s\n' "$(if namespaces_ready; then echo "$NETNS"; else echo none; fi)"
  for service in libvirtd sshd chronyd repository; do
    printf '%-12s  %s\n' "$service" "$(if service_alive "$service"; then echo "running ($(cat "$STATE/run/$service.pid"))"; else echo "not running"; fi)"
  done
  if [ -s "$STATE/log/boots.log" ]; then sed 's/^/boots         /' "$STATE/log/boots.log"; fi
  if service_alive libvirtd; then
    inside virsh -q -c qemu:///system list --all --name | sed '/^$/d' | while read -r domain; do
      printf 'domain        %s: %s\n' "$domain" "$(inside virsh -q -c qemu:///system domstate "$domain" | head -1)"
      # The kernel's last words: a machine that does not answer says here how far it came.
      if [ -s "$STATE/console/$domain.log" ]; then tail -n "$CONSOLE_LINES" "$STATE/console/$domain.log" | tr -d '\r' | cut -c1-120 | sed 's/^/                /'; fi
    done
  fi
  if [ -d "$STATE/saves" ]; then find "$STATE/saves" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf 'saved         %f\n' | sort; fi
}

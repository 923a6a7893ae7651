# lab up: everything a `pulumi up` of the dev stack expects. Each step looks first, so it may be repeated and killed at will.

verb_up() {
  need_root
  lock_instance
  same_os
  verb_image
  decide_acceleration
  mkdir -p "$STATE"
  chmod 755 "$STATE"
  printf '%s\n' "$OS" >"$STATE/os"
  printf '%s\n' "$LAB" >"$STATE/owner"
  make_namespaces
  start_libvirtd
  define_pool default "$STATE/pool"
  # A pool for each image: older guests lie over older ones.
  define_pool "images-$IMAGE_HASH" "$IMAGE/disk"
  start_aries
  start_chronyd
  start_repository
  start_boots
  await_service sshd inside ssh-keyscan -T 2 -t ed25519 127.0.0.1
  await_service repository inside /usr/bin/python3 -c \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:$REPOSITORY_PORT/Packages', timeout=2)"
  await_service chronyd service_alive chronyd
  say "lab $KEY is up ($(known_acceleration), image $SUITE-$IMAGE_HASH)"
}

verb_furnish() { furnish_mountns; }

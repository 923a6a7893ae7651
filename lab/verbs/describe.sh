# lab describe: JSON for the Pulumi program. Works, and changes nothing, whether the lab is up or not.

# A JSON string, or null for an empty one.
json() {
  [ -n "${1-}" ] || { printf null; return; }
  printf '"%s"' "$(printf %s "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' | tr '\n' ' ')"
}

verb_describe() {
  local type cpu='{"mode":"host-passthrough"}' arguments="root=/dev/vda ro console=ttyS0 net.ifnames=0" host_key=""
  type=$(known_acceleration)
  if [ "${type:=qemu}" = qemu ]; then
    # Measured under emulation: qemu64 is 2.7 times faster than "maximum", and fork+exec four times without address randomisation.
    cpu='{"mode":"custom","model":"qemu64"}'
    arguments+=" norandmaps mitigations=off"
  fi
  if [ -r "$ARIES_HOST_KEY.pub" ]; then host_key=$(cut -d' ' -f1,2 "$ARIES_HOST_KEY.pub"); fi
  cat <<JSON
{
  "instance": $(json "$INSTANCE"),
  "key": $(json "$KEY"),
  "netns": $(json "$NETNS"),
  "up": $(if service_alive libvirtd; then echo true; else echo false; fi),
  "stateDirectory": $(json "$STATE"),
  "libvirtUri": $(json "qemu+unix:///system?socket=$STATE/libvirt/run/libvirt/libvirt-sock"),
  "domainType": $(json "$type"),
  "cpu": $cpu,
  "image": {
    "os": $(json "$OS"),
    "suite": $(json "$SUITE"),
    "hash": $(json "$IMAGE_HASH"),
    "present": $(if image_present; then echo true; else echo false; fi),
    "pool": $(json "images-$IMAGE_HASH"),
    "volume": $(json "$IMAGE_VOLUME"),
    "base": $(json "$IMAGE/disk/$IMAGE_VOLUME"),
    "kernel": $(json "$IMAGE/vmlinuz"),
    "initrd": $(json "$IMAGE/initrd"),
    "kernelArguments": $(json "$arguments")
  },
  "pool": "default",
  "poolPath": $(json "$STATE/pool"),
  "consoleDirectory": $(json "$STATE/console"),
  "aries": {
    "address": $(json "$ROUTER"),
    "port": 22,
    "user": "root",
    "hostKey": $(json "$host_key"),
    "privateKeyFile": $(json "$ARIES_KEY")
  },
  "ntpServer": $(json "$ROUTER"),
  "aptRepository": $(json "deb [trusted=yes] http://$ROUTER:$REPOSITORY_PORT/ ./"),
  "router": $(json "$ROUTER")
}
JSON
}

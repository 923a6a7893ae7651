# lab join <instance>: another instance, which is up, becomes a second hypervisor on this one's LAN and crossover. Both have the bridges, a cable for each lies
# between them, and who may log in here may log in there. All of it goes with the namespaces.

bridge() {
  local netns=$1 name=$2
  ip -n "$netns" link show "$name" >/dev/null 2>&1 || ip -n "$netns" link add "$name" type bridge stp_state 0 forward_delay 0
  ip -n "$netns" link set "$name" up
}

address() { ip -n "$1" address replace "$3/24" dev "$2"; }

cable() {
  local other=$1 bridge=$2 name=$3
  ip -n "$NETNS" link show "$name" >/dev/null 2>&1 || ip -n "$NETNS" link add "$name" type veth peer name "$name" netns "$other"
  ip -n "$NETNS" link set "$name" master "$bridge" up
  ip -n "$other" link set "$name" master "$bridge" up
}

verb_join() {
  need_root
  local instance=${1-} key netns keys name
  if ! [[ $instance =~ ^[a-z0-9][a-z0-9-]{0,15}$ ]] || [ "$instance" = "$INSTANCE" ]; then die "usage: lab join <another instance>"; fi
  key=$(key_of "$instance")
  netns=qvd-ha-$key
  lock_instance
  namespaces_ready || die "the lab $KEY is not up: run 'lab up'"
  [ -e "$(dirname "$STATE")/$key/ns/ready" ] || die "the lab $key is not up: run 'lab up' with QVD_HA_INSTANCE=$instance"
  for name in br-lan br-crossover; do
    bridge "$NETNS" "$name"
    bridge "$netns" "$name"
  done
  address "$NETNS" br-lan "$ROUTER"
  address "$netns" br-lan "$SECOND"
  cable "$netns" br-lan to-lan
  cable "$netns" br-crossover to-crossover
  keys=$(dirname "$STATE")/$key/aries/ssh/authorized_keys
  grep -qsF "$(cut -d' ' -f2 "$ARIES_KEY.pub")" "$keys" || cat "$ARIES_KEY.pub" >>"$keys"
  say "lab $key has joined $KEY: hypervisors at $ROUTER and $SECOND"
}

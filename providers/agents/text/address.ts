import { DESCRIBED, DISPATCH, ENVIRONMENT } from "./common";

/**
 * The address of the database by the parameters of ocf:heartbeat:IPaddr2, with as few processes as it takes: that agent starts some sixty, on the way out of
 * a node before DRBD may be demoted there, and on the way in beside the server's start. What is the same: where the address goes when no interface is named,
 * the announcements to the neighbours (that agent's own program sends them), and that a second start or stop is none. What is not: IPv6, several instances of one
 * address, labels, routes.
 */
export const ADDRESS_AGENT = `#!/bin/sh
# Managed by qvd-ha: an address for clients, for Pacemaker. Changes are overwritten.
${ENVIRONMENT}
: "\${OCF_RESKEY_ip=}" "\${OCF_RESKEY_cidr_netmask=}" "\${OCF_RESKEY_nic=}" "\${HA_RSCTMP:=/run/resource-agents}"
ip=$OCF_RESKEY_ip
for sender in /usr/libexec/heartbeat/send_arp /usr/lib/heartbeat/send_arp /usr/lib64/heartbeat/send_arp; do
  [ ! -x "$sender" ] || break
done
pidfile=$HA_RSCTMP/send_arp-$ip

metadata() {
  cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="address" version="1.0">
<version>1.0</version>
<longdesc lang="en">One IPv4 address that moves with what it leads to. Takes the parameters of ocf:heartbeat:IPaddr2 that such a one needs.</longdesc>
<shortdesc lang="en">IPv4 address</shortdesc>
<parameters>
<parameter name="ip" required="1" unique="1"><longdesc lang="en">IPv4 address</longdesc><shortdesc lang="en">Address</shortdesc><content type="string"/></parameter>
<parameter name="cidr_netmask" required="1"><longdesc lang="en">Length of the network's prefix, as in 24</longdesc><shortdesc lang="en">Prefix length</shortdesc><content type="string"/></parameter>
<parameter name="nic"><longdesc lang="en">Interface; without it, the one whose network the address is of</longdesc><shortdesc lang="en">Interface</shortdesc><content type="string" default=""/></parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s" depth="0"/>
<action name="status" timeout="20s"/>
${DESCRIBED}

# Whether the address is here; then $at is its interface and $as the address with its prefix. 2: nobody can say.
held() {
  said=$(ip -4 -o address show to "$ip/32" 2>&1) || return 2
  # shellcheck disable=SC2086
  set -- $said
  at=\${2-} as=\${4-}
  [ -n "$as" ]
}

valid() {
  case $ip in
  *[!0-9.]* | '' | *..* | .* | *.) why "parameter ip must be an IPv4 address, not \\"$ip\\""; return 6 ;;
  *.*.*.*) ;;
  *) why "parameter ip must be an IPv4 address, not \\"$ip\\""; return 6 ;;
  esac
  case $OCF_RESKEY_cidr_netmask in
  [1-9] | [12][0-9] | 3[0-2]) ;;
  *) why "parameter cidr_netmask must be the length of a prefix, 1 to 32, not \\"$OCF_RESKEY_cidr_netmask\\""; return 6 ;;
  esac
  command -v ip >/dev/null || { why "ip is missing (iproute2)"; return 5; }
  [ -x "$sender" ] || { why "send_arp is missing (resource-agents)"; return 5; }
}

# The interface whose network the address is of; of several, that of the smallest.
find_nic() {
  nic=$OCF_RESKEY_nic
  [ -z "$nic" ] || return 0
  length=0
  routes=$(ip -4 -o route show match "$ip" scope link 2>/dev/null)
  while read -r network _ dev _; do
    case $network in */*) ;; *) continue ;; esac
    [ "\${network#*/}" -lt "$length" ] || { length=\${network#*/} nic=$dev; }
  done <<END
$routes
END
  [ -n "$nic" ] || { why "no interface has a network that $ip is of"; return 1; }
}

# An announcement that goes on would call the neighbours back. And a new one kills outright whatever has the number of the last.
hush() {
  pid=
  { read -r pid <"$pidfile"; } 2>/dev/null
  case $pid in '' | *[!0-9]*) return 0 ;; esac
  if [ "/proc/$pid/exe" -ef "$sender" ]; then kill "$pid" 2>/dev/null; fi
  rm -f "$pidfile"
}

# Neighbours still have the other node's hardware address; until they are told, they send there.
announce() {
  case $at in lo*) return 0 ;; esac
  [ ! -e "$pidfile" ] || hush
  [ -d "$HA_RSCTMP" ] || mkdir -p "$HA_RSCTMP"
  "$sender" -i 200 -r 5 -p "$pidfile" "$at" "$ip" auto not_used not_used </dev/null >/dev/null 2>&1 &
}

start() {
  held || {
    find_nic || return 1
    [ -e "/sys/class/net/$nic" ] || { why "there is no interface $nic to put $ip on"; return 1; }
    said=$(ip -4 address add "$ip/$OCF_RESKEY_cidr_netmask" brd + dev "$nic" 2>&1)
    why=$said
    held || { why "$ip was not put on $nic: \${why:-ip says nothing}"; return 1; }
  }
  announce
}

stop() {
  [ ! -e "$pidfile" ] || hush
  for _ in 1 2 3 4; do
    held
    case $? in
    1) return 0 ;;
    0) why=$(ip -4 address delete "$as" dev "$at" 2>&1) ;;
    *) why=$said ;;
    esac
  done
  held
  [ $? != 1 ] || return 0
  why "$ip is still here: $why"
  return 1
}

monitor() {
  held
  case $? in
  0) return 0 ;;
  1) return 7 ;;
  esac
  why "ip cannot say whether $ip is here: $said"
  return 1
}

${DISPATCH}
`;

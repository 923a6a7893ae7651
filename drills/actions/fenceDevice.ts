import type { Role, Script } from "./action";
import { drop, rules } from "./network";

/**
 * Sets `d` to how the cluster reaches its fence devices, as nft wants it: address, protocol, port. By the devices' own parameters, as no output of the stack tells
 * their kind. Fails with a reason where there is nothing that packets could be kept from.
 */
export const FENCE_DEVICES = `param() { # NAME...: the first that is set. Pacemaker 2.1 exits with 0 for one that is not, 3.0 does not.
  local name value
  for name; do
    value=$(crm_resource --resource "$device" --get-parameter "$name" 2>/dev/null) || value=''
    if [ -n "$value" ]; then echo "$value" && return; fi
  done
}
agent() { cibadmin --query --xpath "//primitive[@id='$device']" | sed -n "s/.*<primitive .*type=\\"\\([^\\"]*\\)\\".*/\\1/p" | head -n 1; }
cannot() { echo "$*" >&2; exit 1; }
reached() {
  local device where port protocol address
  for device in $(crm_resource --list-raw | grep '^p_fence_'); do
    protocol=tcp where=$(param ip ipaddr) port=$(param ipport)
    case $(agent) in
    fence_virsh | fence_qvd_ha) port=\${port:-22} ;;
    external/libvirt)
      where=$(param hypervisor_uri | sed 's,.*//\\([^@/]*@\\)\\?\\([^/?]*\\).*,\\2,')
      case $where in *:*) port=\${where##*:} where=\${where%:*} ;; *) port=22 ;; esac
      ;;
    fence_ipmilan) protocol=udp port=\${port:-623} ;;
    fence_xenapi)
      where=$(param session_url | sed 's,^[a-z]*://\\([^/]*\\).*,\\1,')
      case $where in *:*) port=\${where##*:} where=\${where%:*} ;; *) port=443 ;; esac
      ;;
    fence_xvm) protocol=udp where=$(param multicast_address) where=\${where:-225.0.0.12} port=\${port:-1229} ;;
    fence_virt)
      port=\${port:-1229}
      [ -n "$where" ] || cannot "$device reaches its hypervisor by vsock, which is no network: no packet can be dropped"
      ;;
    *) cannot "$device is a $(agent), and by which port that goes is not known here" ;;
    esac
    [ -n "$where" ] || cannot "$device does not say where it is reached"
    case $where in
    *[!0-9.]*) read -r address _ < <(getent ahostsv4 "$where") || cannot "$device: the address of $where is not known" ;;
    *) address=$where ;;
    esac
    echo "$address . $protocol . $port"
  done
}
d=$(reached | sort -u | paste -sd,)
[ -n "$d" ] || cannot "the cluster has no fence device that is reached by a network: a watchdog fences by itself"`;

export const fenceDeviceDown = (on: Role): Script =>
  drop(
    on,
    "drop all packets to the fence device",
    rules(FENCE_DEVICES, ["ip daddr . meta l4proto . th dport { $d }"], ["output"]),
  );

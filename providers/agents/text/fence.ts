import { ENVIRONMENT } from "./common";

/**
 * A fence agent for the forced command of `fencing/access`: one message to the hypervisor, and its answer. As fence_virsh it takes its parameters on standard
 * input; unlike it, it asks for a reboot as a whole. Where a standing connection does not carry the message, it is sent over a new one: twice off is off.
 * Only an answer without "error:" and with exit status 0 counts; all else fails, and Pacemaker goes on asking.
 */
export const FENCE_AGENT = `#!/bin/sh
# Managed by qvd-ha: fences a libvirt domain by one message to its hypervisor. Changes are overwritten.
${ENVIRONMENT}
action=reboot plug= ip= ipport=22 username=root identity_file= ssh_options= power_timeout=60

metadata() {
  cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_qvd_ha" shortdesc="Fence agent for qvd-ha's forced command on a libvirt hypervisor">
<longdesc>Powers a libvirt domain by one message over SSH to a key that may do nothing else.</longdesc>
<parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/><shortdesc lang="en">Fencing action</shortdesc></parameter>
<parameter name="plug" required="1"><content type="string"/><shortdesc lang="en">Domain</shortdesc></parameter>
<parameter name="ip" required="1"><content type="string"/><shortdesc lang="en">Address of the hypervisor</shortdesc></parameter>
<parameter name="ipport" required="0"><content type="integer" default="22"/><shortdesc lang="en">Port of its SSH server</shortdesc></parameter>
<parameter name="username" required="0"><content type="string" default="root"/><shortdesc lang="en">Who logs in</shortdesc></parameter>
<parameter name="identity_file" required="1"><content type="string"/><shortdesc lang="en">Private key</shortdesc></parameter>
<parameter name="ssh_options" required="0"><content type="string"/><shortdesc lang="en">Further options of ssh</shortdesc></parameter>
<parameter name="power_timeout" required="0"><content type="integer" default="60"/><shortdesc lang="en">Seconds for one action</shortdesc></parameter>
</parameters>
<actions>
<action name="on" automatic="0"/>
<action name="off"/>
<action name="reboot"/>
<action name="status"/>
<action name="monitor"/>
<action name="metadata"/>
<action name="validate-all"/>
</actions>
</resource-agent>
XML
}

case \${1-} in
-o | --action) action=\${2-} ;;
--action=*) action=\${1#*=} ;;
'')
  while IFS= read -r line; do
    case $line in
    action=* | plug=* | ip=* | ipport=* | username=* | identity_file=* | ssh_options=* | power_timeout=*)
      name=\${line%%=*} value=\${line#*=}
      eval "$name=\\$value"
      ;;
    esac
  done
  ;;
esac

[ "$action" != metadata ] || { metadata; exit 0; }
for name in plug ip identity_file; do
  eval "[ -n \\"\\$$name\\" ]" || { echo "fence_qvd_ha: parameter $name is missing" >&2; exit 1; }
done
[ "$action" != validate-all ] || exit 0

# ssh says 255 where it is ssh that failed. Of an option given twice it takes the first.
send() {
  # shellcheck disable=SC2086
  timeout "$1" ssh $2 $ssh_options -i "$identity_file" -p "$ipport" "$username@$ip" "$3 $plug" </dev/null 2>&1
}

ask() {
  rc=0
  said=$(send 8 "" "$1") || rc=$?
  case $rc in 255 | 124) rc=0; said=$(send "$power_timeout" "-o ControlPath=none" "$1") || rc=$? ;; esac
  case $said in *error:*) [ "$rc" != 0 ] || rc=1 ;; esac
  [ "$rc" = 0 ] || { echo "fence_qvd_ha: $1 $plug at $ip: \${said:-no answer} (status $rc)" >&2; return 1; }
}

state() {
  ask status || exit 1
  case $said in
  running) return 0 ;;
  'shut off') return 2 ;;
  *) echo "fence_qvd_ha: $plug is \\"$said\\"" >&2; exit 1 ;;
  esac
}

case $action in
reboot | off | on) ask "$action" || exit 1 ;;
status) state; exit ;;
monitor) state; exit 0 ;;
*) echo "fence_qvd_ha: no action \\"$action\\"" >&2; exit 1 ;;
esac
`;

import type { Hypervisor } from "../status/hypervisor";

/** A machine that the program has made, on its hypervisor. */
export type Machine = Hypervisor;

/** What the program makes a machine of (`components/libvirtNode.ts`); nothing else is ever taken away. */
const VOLUMES = ["system.qcow2", "data.qcow2", "cloudinit.iso"];

const OWN = `
virsh() { command virsh -q -c "$uri" "$@"; }
there() { virsh list --all --name | grep -qxF -- "$domain"; }
pool_of() { local p; for p in $(virsh pool-list --name); do if virsh vol-path --pool "$p" "$1" >/dev/null 2>&1; then echo "$p"; return 0; fi; done; }
if there; then
  for file in $(virsh dumpxml "$domain" | sed -n "s/.*<source \\(file\\|dev\\)='\\([^']*\\)'.*/\\2/p"); do
    case $(basename "$file") in ${VOLUMES.map((v) => `"$domain-${v}"`).join(" | ")}) ;; *)
      case $file in *.log | /dev/pts/*) ;; *) echo "$domain has $file, which the program has not made: nothing was touched" >&2; exit 1 ;; esac ;;
    esac
  done
fi
off() { case $(virsh domstate "$domain") in "shut off" | crashed) ;; *) virsh destroy "$domain" >/dev/null ;; esac; }`;

/** The domain, and the volumes that the program has made for it. What is gone already is no error. */
export const removeMachine = (m: Machine): Promise<string> =>
  m.script(`${OWN}
if there; then off; virsh undefine --nvram "$domain" >/dev/null; fi
for volume in ${VOLUMES.map((v) => `"$domain-${v}"`).join(" ")}; do
  pool=$(pool_of "$volume")
  [ -z "$pool" ] || virsh vol-delete --pool "$pool" "$volume" >/dev/null
done`);

/** A blank volume under the name of the old one, so that the definition of the machine stays as it is; then the machine starts. */
export const newDisk = (m: Machine, bytes: number): Promise<string> =>
  m.script(`${OWN}
there || { echo "$domain is not there" >&2; exit 1; }
volume=$domain-data.qcow2
off
pool=$(pool_of "$volume")
if [ -n "$pool" ]; then virsh vol-delete --pool "$pool" "$volume" >/dev/null; fi
pool=$(pool_of "$domain-system.qcow2")
[ -n "$pool" ] || { echo "no pool has the disks of $domain" >&2; exit 1; }
virsh vol-create-as --pool "$pool" "$volume" ${bytes} --format qcow2 >/dev/null
virsh start "$domain" >/dev/null`);

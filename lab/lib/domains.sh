# libvirt domains of the instance.

virsh_inside() { inside virsh -q -c qemu:///system "$@"; }
running_domains() { virsh_inside list --name | sed '/^$/d'; }

# Files behind a domain's writable disks.
domain_disks() {
  virsh_inside domblklist "$1" --details | awk '$1 == "file" && $2 == "disk" { print $4 }'
}

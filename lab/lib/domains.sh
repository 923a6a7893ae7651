# libvirt domains of the instance.

virsh_inside() { inside virsh -q -c qemu:///system "$@"; }
running_domains() { virsh_inside list --name | sed '/^$/d'; }

# Files behind a running domain's disks. Not domblklist, which names volumes without their pool.
domain_disks() {
  virsh_inside domstats --block "$1" | sed -n 's/^ *block\.[0-9]*\.path=//p'
}

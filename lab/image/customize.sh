#!/bin/sh
# Runs as mmdebstrap's customize hook. Arguments: the new root, this folder, the directory for the repository's packages.
set -eu
root=$1 recipe=$2 repository=$3

# What node preparation must fetch by itself, so that its apt path is exercised: kept out of the image, put into the repository.
# bsd-mailx comes with an MTA, and only where the cluster reports by mail.
mkdir -p "$root/tmp/repository/partial"
chroot "$root" apt-get --yes --no-install-recommends --download-only -o Dir::Cache::archives=/tmp/repository install chrony bsd-mailx
mkdir -p "$repository"
cp "$root"/tmp/repository/*.deb "$repository/"
rm -r "$root/tmp/repository"

printf 'LABEL=root / ext4 noatime 0 1\n' >"$root/etc/fstab"
printf 'lab\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"

# Only the modules that a direct kernel boot needs: the default initrd holds every driver and takes long to unpack under emulation.
printf 'virtio_pci\nvirtio_blk\next4\n' >>"$root/etc/initramfs-tools/modules"
sed -i -e 's/^MODULES=.*/MODULES=list/' -e 's/^COMPRESS=.*/COMPRESS=zstd/' "$root/etc/initramfs-tools/initramfs.conf"
chroot "$root" update-initramfs -u -k all

# Under emulation the guest's processor claims what these would use, and loading them is for nothing.
printf '# managed by qvd-ha\nblacklist kvm_amd\nblacklist kvm_intel\nblacklist powernow_k8\n' >"$root/etc/modprobe.d/lab.conf"

cp "$recipe/files/90-lab.cfg" "$root/etc/cloud/cloud.cfg.d/90-lab.cfg"
cp "$recipe/files/sshd.conf" "$root/etc/ssh/sshd_config.d/lab.conf"
cp "$recipe/files/snakeoil.service" "$root/etc/systemd/system/lab-snakeoil.service"

# Pacemaker, Corosync, DRBD and PostgreSQL stay exactly as their packages leave them: dealing with that is the program's job.
chroot "$root" systemctl enable lab-snakeoil.service systemd-networkd.service serial-getty@ttyS0.service
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  man-db.timer getty@tty1.service systemd-networkd-wait-online.service cloud-config.service cloud-final.service \
  cloud-init-hotplugd.socket systemd-hwdb-update.service systemd-update-utmp.service; do
  chroot "$root" systemctl mask "$unit" 2>/dev/null
done

# The guests reach no archive; the program writes the repository it is given.
rm -f "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*

# Identities and keys belong to a machine, never to an image.
rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/ssl/private/ssl-cert-snakeoil.key "$root"/etc/ssl/certs/ssl-cert-snakeoil.pem \
  "$root"/etc/corosync/authkey "$root"/etc/pacemaker/authkey "$root"/etc/iscsi/initiatorname.iscsi
# Empty, not absent: systemd takes an absent file for a first boot and would reset which units are enabled.
: >"$root/etc/machine-id"
rm -rf "$root"/var/lib/dbus/machine-id "$root"/usr/share/doc/* "$root"/usr/share/locale/*

# On each guest: packages from /root/patroni, nothing else of a cluster, the data disk, Patroni at boot. Its configuration lies in /root/patroni/config.yml.
set -eu
systemctl disable --now pacemaker corosync drbd postgresql >/dev/null 2>&1 || true
pg_dropcluster --stop 15 main 2>/dev/null || true
systemctl mask postgresql.service >/dev/null 2>&1
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
DEBIAN_FRONTEND=noninteractive dpkg -i /root/patroni/*.deb >/root/patroni/dpkg.log 2>&1 || { tail -n 20 /root/patroni/dpkg.log >&2; exit 1; }
rm /usr/sbin/policy-rc.d

disk=/dev/disk/by-id/virtio-$(hostname)-data
blkid -p "$disk" >/dev/null || mkfs.xfs -q "$disk"
mkdir -p /var/lib/pgsql
grep -q /var/lib/pgsql /etc/fstab || echo "$disk /var/lib/pgsql xfs noatime 0 0" >>/etc/fstab
mountpoint -q /var/lib/pgsql || mount /var/lib/pgsql
chown postgres:postgres /var/lib/pgsql

install -m 600 -o postgres -g postgres /root/patroni/config.yml /etc/patroni/config.yml
mkdir -p /etc/systemd/system/patroni.service.d
cat >/etc/systemd/system/patroni.service.d/lab.conf <<'UNIT'
[Unit]
After=network-online.target
[Service]
ExecStartPre=+-/sbin/modprobe softdog
ExecStartPre=+-/bin/chown postgres /dev/watchdog
Restart=always
RestartSec=2
UNIT
systemctl daemon-reload
systemctl enable --quiet patroni
systemctl restart patroni

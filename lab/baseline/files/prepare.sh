# On each node: names, time, packages, nothing of the cluster at boot, configuration files. HOWTO 2 to 6 and 9.
# Files are in /root/howto.
set -eu

systemctl disable --now pacemaker corosync drbd postgresql >/dev/null 2>&1 || true
pg_dropcluster --stop 15 main 2>/dev/null || true
rm -rf /var/lib/pacemaker/cib/* /var/lib/corosync/*

cat >>/etc/hosts <<'HOSTS'
172.20.64.90 qvddb
172.20.64.91 qvddb1
172.20.64.92 qvddb2
192.168.0.91 qvddb1cx
192.168.0.92 qvddb2cx
HOSTS

echo 'deb [trusted=yes] http://172.20.64.1:3142/ ./' >/etc/apt/sources.list
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install chrony >/dev/null 2>&1
printf 'server 172.20.64.1 iburst minpoll 2 maxpoll 4\nmakestep 1 -1\ndriftfile /var/lib/chrony/chrony.drift\n' >/etc/chrony/chrony.conf
systemctl restart chrony
chronyc waitsync 60 0.5 0 1 >/dev/null

cd /root/howto
install -m 600 pgpass /root/.pgpass
install -m 600 fence_key /root/.ssh/fence_key
install -m 644 known_hosts /root/.ssh/known_hosts
install -m 644 drbd.conf /etc/drbd.d/postgres.res
printf 'global { usage-count no; }\ncommon { net { protocol C; } }\n' >/etc/drbd.d/global_common.conf
install -m 644 corosync.conf /etc/corosync/corosync.conf
install -m 400 authkey /etc/corosync/authkey
install -d -m 700 -o postgres -g postgres /var/lib/pgsql/data

modprobe drbd
drbdadm create-md postgres </dev/null >/dev/null 2>&1
drbdadm up postgres

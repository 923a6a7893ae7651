# On each node: sections 2 to 6.
set -eu
cd /root/howto

# Debian's packages start a cluster and a database of their own, which SLES's do not.
systemctl disable --now pacemaker corosync drbd postgresql >/dev/null 2>&1 || true
pg_dropcluster --stop 15 main 2>/dev/null || true
rm -rf /var/lib/pacemaker/cib/* /var/lib/corosync/*

# 2.2; and the hypervisor, which section 10.3 calls aries.
cat >>/etc/hosts <<'HOSTS'
172.20.64.90    qvddb    # The postgres IP to which other hosts will connect
172.20.64.91    qvddb1   # IP Link
172.20.64.92    qvddb2   # IP Link
192.168.0.91    qvddb1cx # Crossover link
192.168.0.92    qvddb2cx # Crossover link
172.20.64.1     aries
HOSTS

# 4: chrony for ntp.
echo 'deb [trusted=yes] http://172.20.64.1:3142/ ./' >/etc/apt/sources.list
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install chrony >/dev/null 2>&1
echo 'server 172.20.64.1 iburst minpoll 2 maxpoll 4' >>/etc/chrony/chrony.conf
systemctl enable chrony >/dev/null 2>&1
systemctl restart chrony
chronyc waitsync 60 0.5 0 1 >/dev/null

# 5: the rest is in the image. p_mailto needs a mail program; this one is told that mail goes nowhere.
printf '#!/bin/sh\nexec cat >/dev/null\n' >/usr/bin/mail
chmod 755 /usr/bin/mail

# 6: drbd.conf in today's files and words.
install -m 600 drbd.conf /etc/drbd.d/postgres.res
install -m 644 global_common.conf /etc/drbd.d/global_common.conf
modprobe drbd
drbdadm create-md postgres </dev/null >/dev/null 2>&1
# udev must know the machine's name to make /dev/drbd/by-res, and the image had another one.
systemctl restart systemd-udevd
drbdadm up postgres

# 10.3.1 and 10.5: root's key with aries' host key, and .pgpass.
install -d -m 700 /root/.ssh
install -m 600 id_ed25519 /root/.ssh/id_ed25519
install -m 644 id_ed25519.pub /root/.ssh/id_ed25519.pub
install -m 644 known_hosts /root/.ssh/known_hosts
install -m 600 pgpass /root/.pgpass
install -d -m 700 -o postgres -g postgres /var/lib/pgsql /var/lib/pgsql/data

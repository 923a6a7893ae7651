# On each node: section 9.
set -eu
cd /root/howto
install -m 644 corosync.conf /etc/corosync/corosync.conf
install -m 400 authkey /etc/corosync/authkey
systemctl enable corosync pacemaker >/dev/null 2>&1
systemctl start corosync pacemaker

# On the second node: it starts there and takes a log-in, then everything is stopped. HOWTO 8.5.
set -eu
bin=/usr/lib/postgresql/15/bin data=/var/lib/pgsql/data
cd /
drbdadm primary postgres
mount /dev/drbd0 "$data"
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -l /dev/null start >/dev/null
psql -qtAX -h qvddb2 -U qvd -d qvddb -c 'select last_update from ha.pacemaker_monitor' >/dev/null
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -m fast stop >/dev/null
umount "$data"
drbdadm secondary postgres
drbdadm down postgres

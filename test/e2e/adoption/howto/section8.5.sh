# On the second node: section 8.5.
set -eu
bin=/usr/lib/postgresql/15/bin data=/var/lib/pgsql/data
cd /
drbdadm primary postgres
mount /dev/drbd0 "$data"
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -l /dev/null start >/dev/null
psql -qtAX -h qvddb2 -U qvd -d qvddb -c 'select last_update from pacemaker_monitor' >/dev/null
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -m fast stop >/dev/null
umount /dev/drbd0
drbdadm secondary postgres
drbdadm down postgres

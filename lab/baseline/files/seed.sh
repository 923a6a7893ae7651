# On the first node: the replicated file system and the database on it. HOWTO 7 and 8. The password comes on stdin.
set -eu
IFS= read -r password
bin=/usr/lib/postgresql/15/bin data=/var/lib/pgsql/data

until drbdadm dstate postgres | grep '^Inconsistent/Inconsistent$' >/dev/null; do sleep 0.5; done
until drbdadm cstate postgres | grep '^Connected$' >/dev/null; do sleep 0.5; done
# Both disks are blank, so there is nothing to copy.
drbdadm new-current-uuid --clear-bitmap postgres/0
drbdadm primary postgres
mkfs.xfs -q /dev/drbd0
mount /dev/drbd0 "$data"
chown postgres:postgres "$data"
chmod 700 "$data"
cd /
runuser -u postgres -- "$bin/initdb" -D "$data" --data-checksums --locale=C.UTF-8 -E UTF8 --auth-local=peer --auth-host=scram-sha-256 >/dev/null
cat >>"$data/postgresql.conf" <<'CONF'
listen_addresses = '*'
default_transaction_isolation = 'serializable'
timezone = 'UTC'
CONF
echo 'host qvddb qvd 172.20.64.0/24 scram-sha-256' >>"$data/pg_hba.conf"
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -l /dev/null start >/dev/null
runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1 postgres <<SQL
create role qvd login password '$password';
create database qvddb owner qvd;
\c qvddb
create schema ha;
create table ha.pacemaker_monitor (last_update timestamp);
insert into ha.pacemaker_monitor values (current_timestamp);
grant usage on schema ha to qvd;
grant select, insert on ha.pacemaker_monitor to qvd;
SQL
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -m fast stop >/dev/null
umount "$data"
drbdadm secondary postgres

# On the first node: sections 7 and 8. The password comes on stdin.
set -eu
IFS= read -r password || true
bin=/usr/lib/postgresql/15/bin data=/var/lib/pgsql/data
cd /

until drbdadm cstate postgres | grep '^Connected$' >/dev/null; do sleep 0.5; done
# Two blank disks: nothing to copy, where the HOWTO overwrites the peer's.
drbdadm new-current-uuid --clear-bitmap postgres/0
drbdadm primary postgres
mkfs.xfs -f -q /dev/drbd0

# 7: made beside and copied by tar, as the HOWTO does.
install -d -m 700 -o postgres -g postgres /var/lib/pgsql/data.orig
runuser -u postgres -- "$bin/initdb" -D /var/lib/pgsql/data.orig --locale=C.UTF-8 -E UTF8 --auth-local=peer --auth-host=scram-sha-256 >/dev/null
mount /dev/drbd0 /mnt
cd /var/lib/pgsql/data.orig/
tar cf - . | tar xf - -C /mnt
cd /
umount /mnt
rm -rf /var/lib/pgsql/data.orig
mount /dev/drbd0 "$data"
chown postgres:postgres "$data"
chmod 700 "$data"

# 8.2
cat >>"$data/postgresql.conf" <<'CONF'
default_transaction_isolation = 'serializable'
listen_addresses = '*'
CONF
cat >>"$data/pg_hba.conf" <<'HBA'
host  qvddb qvd 172.20.64.91/32 md5
host  qvddb qvd 172.20.64.92/32 md5
host  qvddb qvd 172.20.64.90/32 md5
HBA
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -l /dev/null start >/dev/null

# 8.1
runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1 postgres <<SQL
create role qvd nosuperuser nocreatedb nocreaterole login password '$password';
create database qvddb owner qvd;
SQL
# 8.4
psql -qX -v ON_ERROR_STOP=1 -h qvddb1 -U qvd qvddb <<'SQL'
create table pacemaker_monitor ( last_update timestamp );
insert into pacemaker_monitor VALUES (current_timestamp);
SQL

# 8.5, the first node's half
runuser -u postgres -- "$bin/pg_ctl" -D "$data" -w -t 120 -m fast stop >/dev/null
umount /dev/drbd0
drbdadm secondary postgres

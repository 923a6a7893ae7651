# Prints a node's patroni.yml: number, password of the superuser, of the replication, ttl, loop_wait, retry_timeout.
# Synchronous, so that nothing acknowledged is lost, with the server's settings that ours has; serializable is the role's, not the server's: a hot standby
# refuses that mode, and Patroni then never promotes it.
number=$1 superuser=$2 replication=$3 ttl=$4 loop=$5 retry=$6
cat <<YAML
scope: qvd
name: qvddb$number
restapi:
  listen: 172.20.64.9$number:8008
  connect_address: 172.20.64.9$number:8008
etcd3:
  hosts: 172.20.64.1:2379
bootstrap:
  dcs:
    ttl: $ttl
    loop_wait: $loop
    retry_timeout: $retry
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        max_connections: 100
        fsync: "on"
        full_page_writes: "on"
        synchronous_commit: "on"
        wal_log_hints: "on"
        checkpoint_timeout: 1min
        max_wal_size: 512MB
        recovery_init_sync_method: syncfs
        timezone: UTC
        log_timezone: UTC
        lc_messages: C
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - data-checksums
  pg_hba:
    - local all all peer
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication replicator 172.20.64.0/24 scram-sha-256
    - host all all 172.20.64.0/24 scram-sha-256
postgresql:
  listen: 0.0.0.0:5432
  connect_address: 172.20.64.9$number:5432
  data_dir: /var/lib/pgsql/data
  bin_dir: /usr/lib/postgresql/15/bin
  pgpass: /var/lib/postgresql/patroni.pgpass
  authentication:
    superuser: {username: postgres, password: $superuser}
    replication: {username: replicator, password: $replication}
    rewind: {username: postgres, password: $superuser}
watchdog:
  mode: automatic
  device: /dev/watchdog
  safety_margin: 5
YAML

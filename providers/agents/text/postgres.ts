import { TICK } from "../../remote";
import { DESCRIBED, ENVIRONMENT } from "./common";

/**
 * PostgreSQL by the parameters of ocf:heartbeat:pgsql, with as few processes as it takes: that agent needs some hundred before it starts the server, polls
 * every second, and asks for its own name and version each time. What is the same: when it counts as running, what the monitor writes, `fast` before
 * `immediate`, and that a server which does not stop is left to be fenced. What is not: no pid file and no backup label is removed unless it is
 * plainly of another life, since the server itself knows better; a stop checkpoints first, while clients are still served.
 */
export const POSTGRES_AGENT = `#!/bin/sh
# Managed by qvd-ha: PostgreSQL on a replicated disk, for Pacemaker. Changes are overwritten.
${ENVIRONMENT}
unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGOPTIONS PGSERVICE
: "\${OCF_RESKEY_pgctl=/usr/bin/pg_ctl}" "\${OCF_RESKEY_psql=/usr/bin/psql}" "\${OCF_RESKEY_pgdata=/var/lib/pgsql/data}"
: "\${OCF_RESKEY_pgdba=postgres}" "\${OCF_RESKEY_pgport=5432}" "\${OCF_RESKEY_pgdb=template1}" "\${OCF_RESKEY_monitor_user=$OCF_RESKEY_pgdba}"
: "\${OCF_RESKEY_monitor_sql=select now();}" "\${OCF_RESKEY_logfile=/dev/null}" "\${OCF_RESKEY_socketdir=}"
pidfile=$OCF_RESKEY_pgdata/postmaster.pid server=\${OCF_RESKEY_pgctl%/*}/postgres
seconds=$((\${OCF_RESKEY_CRM_meta_timeout:-30000} / 1000))

metadata() {
  cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="postgres" version="1.0">
<version>1.0</version>
<longdesc lang="en">One PostgreSQL server on a replicated disk. Takes the parameters of ocf:heartbeat:pgsql that such a server needs.</longdesc>
<shortdesc lang="en">PostgreSQL server</shortdesc>
<parameters>
<parameter name="pgctl"><longdesc lang="en">pg_ctl; the server's program is beside it</longdesc><shortdesc lang="en">pg_ctl</shortdesc><content type="string" default="/usr/bin/pg_ctl"/></parameter>
<parameter name="psql"><longdesc lang="en">psql</longdesc><shortdesc lang="en">psql</shortdesc><content type="string" default="/usr/bin/psql"/></parameter>
<parameter name="pgdata"><longdesc lang="en">Data directory</longdesc><shortdesc lang="en">Data directory</shortdesc><content type="string" default="/var/lib/pgsql/data"/></parameter>
<parameter name="pgdba"><longdesc lang="en">User that owns the data</longdesc><shortdesc lang="en">Owner</shortdesc><content type="string" default="postgres"/></parameter>
<parameter name="pgport"><longdesc lang="en">Port</longdesc><shortdesc lang="en">Port</shortdesc><content type="integer" default="5432"/></parameter>
<parameter name="pgdb"><longdesc lang="en">Database that the monitor writes to</longdesc><shortdesc lang="en">Database</shortdesc><content type="string" default="template1"/></parameter>
<parameter name="monitor_user"><longdesc lang="en">Role of the monitor, by peer over the local socket</longdesc><shortdesc lang="en">Role of the monitor</shortdesc><content type="string" default="postgres"/></parameter>
<parameter name="monitor_sql"><longdesc lang="en">What the monitor does</longdesc><shortdesc lang="en">SQL of the monitor</shortdesc><content type="string" default="select now();"/></parameter>
<parameter name="logfile"><longdesc lang="en">The server's log</longdesc><shortdesc lang="en">Log</shortdesc><content type="string" default="/dev/null"/></parameter>
<parameter name="socketdir"><longdesc lang="en">Directory of the local socket, where it is not the server's own default</longdesc><shortdesc lang="en">Directory of the socket</shortdesc><content type="string" default=""/></parameter>
</parameters>
<actions>
<action name="start" timeout="120s"/>
<action name="stop" timeout="120s"/>
<action name="monitor" timeout="30s" interval="30s" depth="0"/>
<action name="status" timeout="30s"/>
${DESCRIBED}

# The server's user, with no session of its own: whatever a log-in does costs time while nobody is served.
as() { setpriv --reuid "$OCF_RESKEY_pgdba" --regid "$(id -g "$OCF_RESKEY_pgdba")" --init-groups -- "$@"; }

# True while the server's first process is there; a process of another kind that has got its number stands somewhere else.
alive() {
  pid=
  { read -r pid <"$pidfile"; } 2>/dev/null
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "/proc/$pid/cwd" -ef "$OCF_RESKEY_pgdata" ]
}

sql() {
  user=$1 database=$2 text=$3
  set -- -XAtqw -v ON_ERROR_STOP=1 -p "$OCF_RESKEY_pgport" -U "$user" -d "$database" -c "$text"
  [ -z "$OCF_RESKEY_socketdir" ] || set -- -h "$OCF_RESKEY_socketdir" "$@"
  as "$OCF_RESKEY_psql" "$@" 2>&1
}

serves() { said=$(sql "$OCF_RESKEY_monitor_user" "$OCF_RESKEY_pgdb" "$OCF_RESKEY_monitor_sql"); }

# What a start reads from the disk is read before it is needed: on a node that has just booted, that takes longer than the start itself.
ready() {
  [ "\${OCF_RESKEY_CRM_meta_interval:-0}" = 0 ] || return 0
  for program in "$server" "$OCF_RESKEY_psql"; do
    [ -x "$program" ] || continue
    # The file, and by running it whatever it is linked with.
    { cat "$program" && "$program" --version; } >/dev/null 2>&1 </dev/null
  done
}

monitor() {
  alive || { ready; return 7; }
  serves || { why "the server runs and does not do \\"$OCF_RESKEY_monitor_sql\\": $said"; return 1; }
}

valid() {
  for program in "$server" "$OCF_RESKEY_psql"; do
    [ -x "$program" ] || { why "$program is missing"; return 5; }
  done
}

# Whether process $1 is the server that says of itself that it takes connections, in the last line of its file.
ready_as() {
  first='' last=''
  {
    read -r first
    while read -r line; do last=$line; done
  } 2>/dev/null <"$pidfile"
  [ "$first" = "$1" ] || return 1
  case $last in ready* | standby*) ;; *) return 1 ;; esac
}

# launch SECONDS: as pg_ctl does it, which runs the server once more for its version before.
launch() {
  # Stale, and its number now belongs to somebody else of the server's user: the server would take that one for another server.
  if [ -e "$pidfile" ] && [ -n "$pid" ] && [ -d "/proc/$pid" ]; then rm -f "$pidfile"; fi
  # Limits are those that an administrator has given to the user; its own session, or what ends this action would end it too.
  said=$(runuser -u "$OCF_RESKEY_pgdba" -- sh -c 'setsid "$0" -D "$1" </dev/null >>"$2" 2>&1 & echo $!' \
    "$server" "$OCF_RESKEY_pgdata" "$OCF_RESKEY_logfile" 2>&1) || return 1
  process=$said
  case $process in '' | *[!0-9]*) return 1 ;; esac
  said="it is not ready"
  begin "$1"
  until ready_as "$process"; do
    # Of a process that has ended and that nobody has asked for yet, all but this is still there.
    [ -e "/proc/$process/exe" ] || { said="it ended, and $OCF_RESKEY_logfile has its reason"; return 1; }
    if late; then return 1; fi
    sleep 0.1
  done
}

${TICK}

start() {
  [ -r "$OCF_RESKEY_pgdata/PG_VERSION" ] || { why "there is no data in $OCF_RESKEY_pgdata: is it mounted?"; return 5; }
  if [ ! -e "$OCF_RESKEY_logfile" ]; then
    : >>"$OCF_RESKEY_logfile" && chown "$OCF_RESKEY_pgdba:" "$OCF_RESKEY_logfile" || { why "$OCF_RESKEY_logfile cannot be made"; return 4; }
  fi
  cd / || return 1
  tick
  limit=$((seconds > 5 ? seconds - 2 : 3)) begun=$ticks
  while :; do
    tick
    left=$((begun + limit - ticks))
    [ "$left" -gt 0 ] || { why "the server does not take writes within $limit s: \${said-}"; return 1; }
    # Not at once an error: what a killed server left may hold its memory for a moment.
    if alive || launch "$left"; then
      if serves; then return 0; fi
    fi
    sleep 0.2
  done
}

# end SIGNAL SECONDS: whether the server has ended by it; its file may be gone before its first process is, which still holds the file system.
end() {
  kill -s "$1" "$pid" 2>/dev/null || true
  begin "$2"
  while [ "/proc/$pid/cwd" -ef "$OCF_RESKEY_pgdata" ]; do
    if late; then return 1; fi
    sleep 0.05
  done
}

stop() {
  alive || return 0
  cd / || return 1
  brief=$((seconds / 8))
  # With little left to write the server is gone, and the other node has it, the sooner. As well as it goes: what hangs is stopped all the same.
  if [ "$brief" -gt 0 ]; then timeout "$((brief < 5 ? brief : 5))" "$0" checkpoint >/dev/null 2>&1 || true; fi
  # PostgreSQL's own words for them: fast, and immediate.
  end INT "$((seconds * 2 / 5))" || end QUIT "$((seconds / 5))" || { why "the server (process $pid) does not stop"; return 1; }
}

case \${1-} in
meta-data) metadata ;;
checkpoint) sql "$OCF_RESKEY_pgdba" postgres checkpoint ;;
validate-all) valid ;;
start) valid && start ;;
stop) stop ;;
monitor | status) monitor ;;
*) exit 3 ;;
esac
`;

#!/bin/bash
# Looks at this node and its cluster all the time, says what is wrong once, and that it is over; and sends every message of the maintenance on its way.

cluster='' resource='' interval='' syslog=false mail_to=() mail_from='' webhook=false dataDirectory='' primitives_drbd='' primitives_postgres='' primitives_ping=''
thirdVote=false watchdog=false
. /etc/qvd-ha/watch.conf
#@ common
#@ waiting
#@ clock

here=$(uname -n)
spool=/var/spool/qvd-ha
mkdir -p -m 700 "$spool/mail" "$spool/webhook" /run/qvd-ha
# Pacemaker's own user, who runs the alert agent, may put something in, and neither list nor take.
mkdir -p "$spool/in"
if getent group haclient >/dev/null; then chgrp haclient "$spool/in"; fi
chmod 1730 "$spool/in"
chmod 711 "$spool"
touch /run/qvd-ha/watch.began

## What is wrong

declare -A now=() count=() gone=() told=() patience=()
# Who is told survives a restart of this script.
if [ -e /run/qvd-ha/watch.told ]; then while IFS=$'\t' read -r key text; do told[$key]=$text; done </run/qvd-ha/watch.told; fi

# What comes and goes by itself while a node joins has LOOKS to do so. Default: 2.
problem() { now[$1]=$2$'\t'$3 patience[$1]=${4:-2}; } # KEY SEVERITY TEXT [LOOKS]

attribute() { # NAME, of $line, into $value
  value=''
  if [[ $line =~ \ $1=\"([^\"]*)\" ]]; then value=${BASH_REMATCH[1]}; fi
}

# field FILE NAME: what is behind `NAME=` there, into $value. By no process, as a node looks very often.
field() {
  local line
  value=''
  [ -r "$1" ] || return 0
  while IFS= read -r line; do
    if [[ $line == "$2="* ]]; then value=${line#*=} value=${value//\'/}; fi
  done <"$1"
}

# What concerns the whole cluster is said by its coordinator alone, or by everybody where there is none.
look_at_cluster() {
  local xml line value name promoted=0 runs='' known='' dc='' forbidden='' at='' whole=yes held='' rest=() idle=() devices=() asks='' limit
  local -A reaches=() scored=()
  speaks=yes answers=yes
  if ! xml=$(timeout 20 crm_mon --one-shot --inactive --include=none,summary,options,nodes,resources,attributes,failcounts,bans --output-as=xml 2>/dev/null); then
    problem local.pacemaker warning "Pacemaker does not answer on $here: this node takes over nothing"
    speaks=no answers=no
    return
  fi
  while read -r line; do
    case $line in
    '<current_dc '*)
      attribute name
      dc=$value
      attribute with_quorum
      if [ "$value" = false ]; then problem local.quorum critical "$here has no quorum: nothing runs on it"; fi
      ;;
    '<cluster_options '*)
      attribute stonith-enabled
      if [ "$value" = false ]; then problem cluster.fencing critical "fencing is switched off: nothing is taken over safely"; fi
      attribute maintenance-mode
      if [ "$value" = true ]; then
        held=yes
        problem cluster.maintenance warning "maintenance mode is on: nothing is done about failures"
      fi
      ;;
    '<node '*' online='*)
      attribute name
      name=$value
      attribute unclean
      if [ "$value" = true ]; then problem "cluster.unclean.$name" critical "$name is lost and was not fenced: what it had stays down until it is"; fi
      attribute online
      if [ "$value" = false ]; then
        whole=no
        problem "cluster.offline.$name" warning "$name is offline: there is no redundancy"
      else
        attribute standby
        if [ "$value" = true ]; then
          whole=no
          problem "cluster.standby.$name" warning "$name is in standby: there is no redundancy"
        else
          rest+=("$name")
        fi
        attribute maintenance
        if [ "$value" = true ]; then
          held=yes
          problem "cluster.maintenance.$name" warning "$name is in maintenance: nothing is done about failures there"
        fi
      fi
      ;;
    '<resource '*)
      attribute id
      name=$value
      if [ "$name" = "$primitives_ping" ]; then asks=yes; fi
      attribute managed
      if [ "$value" = false ]; then idle+=("$name"); fi
      attribute pending
      if [[ -z $value && $line == *'"stonith:'*' role="Stopped"'* ]]; then devices+=("$name"); fi
      attribute role
      case $name:$value in
      "$primitives_drbd:Promoted" | "$primitives_drbd:Master") promoted=$((promoted + 1)) ;;
      "$primitives_postgres:Started") runs=yes ;;
      esac
      if [ "$name" = "$primitives_postgres" ]; then known=yes; fi
      attribute blocked
      if [ "$value" = true ]; then problem "cluster.blocked.$name" critical "$name is blocked: the cluster does nothing about it until somebody has looked"; fi
      attribute failed
      if [ "$value" = true ]; then problem "cluster.failed.$name" warning "$name has failed"; fi
      ;;
    # Of what follows, attributes and failures by node; below a resource such a line is empty in itself.
    '<node name="'*'">')
      attribute name
      at=$value
      ;;
    '<attribute name="pingd" '*)
      attribute value
      reaches[$at]=$value
      ;;
    '<attribute name="master-'"$primitives_drbd"'" '*) scored[$at]=yes ;;
    '<resource_history '*' fail-count="'*)
      attribute id
      name=$value
      attribute migration-threshold
      limit=$value
      attribute fail-count
      case $value:$limit in *[!0-9:]* | :* | *: | *:0) [ "$value" = INFINITY ] || continue ;; *) [ "$value" -ge "$limit" ] || [ "$value" -ge 1000000 ] || continue ;; esac
      problem "cluster.failures.$name.$at" warning "$name has failed too often on $at: it may not run there until that is cleared, so there is no redundancy"
      ;;
    '<ban '*'id="cli-ban-'*)
      attribute resource
      name=$value
      attribute node
      problem "cluster.ban.$name.$value" warning "$name is banned from $value by hand: nothing is taken over there until somebody takes that back"
      ;;
    '<ban '*'id="drbd-fence-by-handler-'*)
      attribute node
      forbidden=$value
      ;;
    esac
  done <<<"$xml"
  if [ -n "$known" ]; then
    if [ -z "$runs" ]; then problem cluster.database critical "the database runs on no node"; fi
    if [ "$promoted" = 0 ]; then problem cluster.promoted critical "$resource is promoted on no node: the data is not in use${forbidden:+. DRBD forbids it on $forbidden, whose data is behind, until the other node is back}"; fi
    if [ "$promoted" -gt 1 ]; then problem cluster.promoted critical "$resource is promoted on $promoted nodes"; fi
  fi
  # An attribute that is not there yet, or a device, comes a while after its node.
  if [ -n "$asks" ]; then
    for name in ${rest[@]+"${rest[@]}"}; do
      case ${reaches[$name]-} in
      '') problem "cluster.router.$name" warning "$name has not reached the router (it has no pingd): nothing is promoted there" 3 ;;
      # Pacemaker has asked several times, and waited, before it says so.
      0) problem "cluster.router.$name" warning "$name does not reach the router (pingd is 0): nothing is promoted there" 1 ;;
      esac
    done
  fi
  if [ -n "$known" ] && [ -z "$held" ]; then
    for name in ${rest[@]+"${rest[@]}"}; do
      [ -n "${scored[$name]-}" ] || problem "cluster.score.$name" warning "$name has no promotion score: it would not be promoted, so there is no redundancy" 3
    done
  fi
  # A device has no place but the other node.
  if [ "$whole" = yes ]; then
    for name in ${devices[@]+"${devices[@]}"}; do problem "cluster.device.$name" warning "the fence device $name does not run: if its node dies, nobody takes over" 3; done
  fi
  if [ -z "$held" ]; then
    for name in ${idle[@]+"${idle[@]}"}; do problem "cluster.unmanaged.$name" warning "$name is not managed: the cluster neither starts nor stops nor moves it"; done
  fi
  look_for_bound
  if [ -n "$dc" ] && [ "$dc" != "$here" ]; then speaks=no; fi
}

# crm_mon does not tell of these; every node has the whole configuration on its disk.
look_for_bound() {
  local cib='' id
  if [ -r /var/lib/pacemaker/cib/cib.xml ]; then IFS= read -r -d '' cib </var/lib/pacemaker/cib/cib.xml || true; fi
  while [[ $cib == *'<rsc_location id="cli-prefer-'* ]]; do
    cib=${cib#*'<rsc_location id="cli-prefer-'}
    id=${cib%%'"'*}
    problem "cluster.bound.$id" warning "$id is bound to a node by hand: after a failure it goes back there by itself, with a second interruption"
  done
}

# Of three votes, one more must not be lost.
look_at_vote() {
  local said
  [ "$thirdVote" = true ] && [ "$answers" = yes ] || return 0
  said=$(timeout 5 corosync-qdevice-tool -s 2>/dev/null) || said=''
  if [ -z "$said" ]; then
    problem local.vote warning "corosync-qdevice does not run on $here: the third vote does not count, and with the next node that dies the service stays down"
  elif ! [[ $said =~ State:[[:space:]]+Connected ]]; then
    problem local.vote warning "the host of the third vote does not answer $here: with the next node that dies the service stays down"
  fi
}

look_at_watchdog() {
  local pid='' name=''
  [ "$watchdog" = true ] && [ "$answers" = yes ] || return 0
  { read -r pid </run/sbd.pid; } 2>/dev/null || true
  { read -r name <"/proc/${pid:-none}/comm"; } 2>/dev/null || true
  if [ "$name" != sbd ]; then problem local.watchdog critical "sbd does not run on $here: no watchdog would reset it, and the other node counts on that"; fi
}

look_at_drbd() {
  drbd_state
  if redundant || [[ $connection == Verify* && $disk/$peer_disk == UpToDate/UpToDate ]]; then return 0; fi
  local text="$resource on $here is $connection, disks $disk/$peer_disk: there is no redundancy"
  if [ "$disk" != UpToDate ] && [ "$role" = Primary ]; then text="$resource on $here serves from the other node's disk: its own is $disk"; fi
  problem local.drbd warning "$text"
  # Beside it: a connection that was lost first has been told already, and what is told is not told again in other words.
  if [ "$connection" = StandAlone ]; then problem local.parted critical "$resource on $here is StandAlone and does not try to connect: after a split brain a person must decide"; fi
}

look_at_rings() {
  local line ring=''
  while read -r line; do
    if [[ $line =~ ^LINK\ ID\ ([0-9]+) ]]; then ring=${BASH_REMATCH[1]}; fi
    if [[ $line == *disconnected* ]]; then problem "local.ring.$ring" warning "Corosync's ring $ring is down, as seen by $here"; fi
  done < <(timeout 10 corosync-cfgtool -s 2>/dev/null || true)
}

# overdue JOB NOTE: whether NOTE was made longer ago than JOB's settings allow, in hours in $hours. Before the first one: since there were to be any.
overdue() {
  local settings=/etc/qvd-ha/$1.conf maximum last at
  [ -e "$settings" ] || return 1
  field "$settings" maximumAge
  maximum=$value
  [ -n "$maximum" ] || return 1
  field "$dataDirectory/$2" at
  last=${value:-$(stat -c %Y "$settings")}
  printf -v at '%(%s)T' -1
  hours=$(((at - last) / 3600))
  [ $((at - last)) -gt $((maximum * 3600)) ]
}

# What was done when is noted on the replicated disk: who has it knows, whichever node did it.
look_at_jobs() {
  local value hours directory file
  [ "$keeps" = yes ] || return 0
  if overdue backup .qvd-ha-backup; then problem data.backup critical "there is no good backup of the database for $hours hours"; fi
  if overdue verify .qvd-ha-verify; then problem data.verify warning "the two disks were not compared for $hours hours: no verification came to its end"; fi
  if overdue configuration .qvd-ha-configuration; then problem data.configuration warning "there is no copy of the cluster's configuration for $hours hours"; fi
  field "$dataDirectory/.qvd-ha-backup" node
  [ "$value" = "$here" ] || return 0
  field "$dataDirectory/.qvd-ha-backup" file
  file=$value
  field /etc/qvd-ha/backup.conf directory
  directory=$value
  if [ -n "$file" ] && [ -n "$directory" ] && [ ! -s "$directory/$file" ]; then problem data.dump critical "the last good backup of the database, $file, is gone from $directory on $here"; fi
}

# Where a third host keeps every point in time.
look_at_archive() {
  local settings=/etc/qvd-ha/pitr.conf seconds value hours
  [ -e "$settings" ] && [ "$keeps" = yes ] || return 0
  seconds=$(waiting)
  field "$settings" maximumLag
  if [ "$seconds" -gt "$value" ]; then
    problem data.archive critical "the log of the database is not archived: a part of it has waited for more than $((seconds / 60)) min"
  fi
  if overdue pitr .qvd-ha-pitr; then problem data.pitr critical "there is no good backup for a point in time for $hours hours"; fi
}

# Somebody else speaks of that: told by another node, its end is, too.
silent() { [[ $1 == cluster.* && $speaks = no ]] || [[ $1 == data.* && $keeps = no ]]; } # KEY

# Once when it comes, once when it goes, each when it was seen twice in a row, or more often where it has more patience.
look() {
  local key severity text
  now=()
  look_at_cluster
  look_at_drbd
  look_at_rings
  look_at_vote
  look_at_watchdog
  keeps=no
  if [ "$role" = Primary ] && [ -e "$dataDirectory/PG_VERSION" ]; then keeps=yes; fi
  look_at_jobs
  look_at_archive
  for key in "${!now[@]}"; do
    if silent "$key"; then continue; fi
    unset "gone[$key]"
    count[$key]=$((${count[$key]:-0} + 1))
    if [ "${count[$key]}" -ge "${patience[$key]}" ] && [ -z "${told[$key]-}" ]; then
      IFS=$'\t' read -r severity text <<<"${now[$key]}"
      notify "$severity" "$text"
      told[$key]=$text
    fi
  done
  for key in "${!count[@]}"; do [ -n "${now[$key]-}" ] || unset "count[$key]"; done
  for key in "${!told[@]}"; do
    if silent "$key"; then unset "told[$key]" "gone[$key]" "count[$key]" && continue; fi
    if [ -n "${now[$key]-}" ]; then continue; fi
    gone[$key]=$((${gone[$key]:-0} + 1))
    if [ "${gone[$key]}" -ge 2 ]; then
      notify info "over: ${told[$key]}"
      unset "told[$key]" "gone[$key]"
    fi
  done
  for key in "${!told[@]}"; do printf '%s\t%s\n' "$key" "${told[$key]}"; done >/run/qvd-ha/watch.told.new
  mv /run/qvd-ha/watch.told.new /run/qvd-ha/watch.told
}

## Messages on their way

ascii() { LC_ALL=C tr -cd ' -~' <<<"$1"; }
json() {
  local s=${1//\\/\\\\}
  s=${s//\"/\\\"} s=${s//$'\n'/\\n} s=${s//$'\t'/\\t}
  LC_ALL=C tr -d '\000-\037\177' <<<"$s"
}

# load FILE: severity, subject and text of a message, and when it was written.
load() {
  { read -r severity && read -r subject && text=$(cat); } <"$1" || return 1
  at=$(stat -c %Y "$1")
}

# All that waits in one mail: a failover is one story.
send_mail() {
  local file severity subject text at first='' worst='' rank=0 body='' n=0
  for file in "$@"; do
    load "$file" || continue
    n=$((n + 1))
    case $severity:$rank in critical:[0-2]) rank=3 first=$subject worst=CRITICAL ;; warning:[01]) rank=2 first=$subject worst=WARNING ;; info:0) rank=1 first=$subject worst=OK ;; esac
    body+="$(date -u -d "@$at" '+%F %T UTC')  $severity  $subject"$'\n'
    if [ -n "$text" ]; then body+="    ${text//$'\n'/$'\n    '}"$'\n'; fi
  done
  [ "$n" -gt 0 ] || return 0
  if [ "$n" -gt 1 ]; then first="$first (and $((n - 1)) more)"; fi
  {
    printf '%s\n' "From: $mail_from" "To: $(IFS=,; echo "${mail_to[*]}")" "Subject: [$cluster] $worst: $(ascii "$first")" "Date: $(date -R)" \
      "Message-ID: <$(date +%s%N).$$@$here>" 'MIME-Version: 1.0' 'Content-Type: text/plain; charset=utf-8' 'Content-Transfer-Encoding: 8bit' \
      'Auto-Submitted: auto-generated' '' "Cluster $cluster, from node $here:" ''
    printf '%s' "$body"
  } | timeout 60 msmtp --file=/etc/qvd-ha/msmtprc --from="$mail_from" -- "${mail_to[@]}"
}

send_webhook() {
  local file severity subject text at
  for file in "$@"; do
    load "$file" || continue
    printf '{"cluster":"%s","node":"%s","severity":"%s","subject":"%s","text":"%s","time":"%s"}' "$(json "$cluster")" "$(json "$here")" \
      "$(json "$severity")" "$(json "$subject")" "$(json "[$cluster] $severity: $subject${text:+ - $text}")" "$(date -u -d "@$at" +%FT%TZ)" |
      timeout 30 curl --config /etc/qvd-ha/webhook --fail --silent --show-error --max-time 20 --output /dev/null \
        --header 'Content-Type: application/json' --data-binary @- || return 1
    rm -f "$file"
  done
}

fan_out() { # FILE
  local name=${1##*/} severity subject text at
  if load "$1"; then
    if [ "$syslog" = true ]; then
      case $severity in critical) priority=crit ;; warning) priority=warning ;; *) priority=notice ;; esac
      logger -t qvd-ha -p "daemon.$priority" -- "$subject${text:+: $text}" || true
    fi
    if [ ${#mail_to[@]} -gt 0 ]; then cp -p "$1" "$spool/mail/.$name" && mv "$spool/mail/.$name" "$spool/mail/$name"; fi
    if [ "$webhook" = true ]; then cp -p "$1" "$spool/webhook/.$name" && mv "$spool/webhook/.$name" "$spool/webhook/$name"; fi
  fi
  rm -f "$1"
}

declare -A again=() wait=()
deliver() { # CHANNEL
  local files=("$spool/$1"/*) old
  [ ${#files[@]} -gt 0 ] || return 0
  tick
  if [ "$ticks" -lt "${again[$1]:-0}" ]; then return 0; fi
  if said=$("send_$1" "${files[@]}" 2>&1); then
    rm -f "${files[@]}"
    wait[$1]=0
    return 0
  fi
  # A server that is away is asked again, ever more rarely; what nobody took within a day says nothing new to anybody.
  wait[$1]=$((${wait[$1]:-0} < 15 ? 15 : wait[$1] < 300 ? wait[$1] * 2 : 300))
  tick
  again[$1]=$((ticks + wait[$1]))
  say "the $1 could not be sent, again in ${wait[$1]} s: ${said##*$'\n'}"
  while read -r old; do
    say "given up: $(sed -n 2p "$old")"
    rm -f "$old"
  done < <(find "$spool/$1" -type f -mmin +1440)
}

# A pause without a process: nothing is ever written there.
exec {pause}<> <(:)
shopt -s nullglob
next=0
while :; do
  for file in "$spool/in"/*; do fan_out "$file"; done
  deliver mail
  deliver webhook
  tick
  if [ "$ticks" -ge "$next" ]; then
    look
    tick
    next=$((ticks + interval))
  fi
  if [ "$0" -nt /run/qvd-ha/watch.began ] || [ /etc/qvd-ha/watch.conf -nt /run/qvd-ha/watch.began ]; then
    say "settings have changed: starting again"
    exit 0
  fi
  read -r -t 2 -u "$pause" _ || true
done

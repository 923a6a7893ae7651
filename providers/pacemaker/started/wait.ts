import type { Command } from "../../remote";
import { lines, raw, sh, TICK } from "../../remote";
import { SHARED_STATUS } from "./shared";
import type { StartedSpec } from "./spec";

/** Early ends, in seconds without any change in the cluster: after a failure of the resource itself, and of another that it may be waiting for. */
const OWN_QUIET = 20;
const OTHER_QUIET = 60;

const LOOP = raw(`
attr() { [[ $line =~ [[:space:]]$1=\\"([^\\"]*)\\" ]] && value=\${BASH_REMATCH[1]} || value=; }
plain() { value=\${value//&apos;/\\'}; value=\${value//&quot;/\\"}; value=\${value//&lt;/<}; value=\${value//&gt;/>}; value=\${value//&amp;/\\&}; }

# Everything about the resource out of one reading.
look() {
  up=0 active=0 promoted=0 busy=0 blocked= roles= own= others= unclean=
  while read -r line; do
    case $line in
      "<node "*' online="'*)
        attr name; name=$value
        attr id; names[$value]=$name
        if [[ $line == *' online="true"'* && $line == *' standby="false"'* && $line == *' maintenance="false"'* && $line == *' pending="false"'* ]]; then up=$((up + 1)); fi
        if [[ $line == *' unclean="true"'* ]]; then unclean="$unclean $name"; fi ;;
      "<resource id="*)
        attr pending; pending=$value
        attr role; role=$value
        # Pacemaker 2.1 tells by the role alone that it is none yet, or none any more.
        case $role in Starting | Stopping | Promoting | Demoting | Migrating) pending=$role ;; esac
        if [[ -n $pending && $pending != Monitoring ]]; then busy=1; fi
        [[ $line == "<resource id=\\"$resource\\" "* || $line == "<resource id=\\"$resource:"* ]] || continue
        roles="$roles $role"
        if [[ -n $pending && $pending != "$role" ]]; then roles="$roles ($pending)"; fi
        if [[ $line == *' failed="true"'* ]]; then roles="$roles (failed)"; fi
        if [[ $line == *' blocked="true"'* ]]; then blocked=1; fi
        if [[ $line == *' managed="false"'* ]]; then roles="$roles, unmanaged"; fi
        [[ $line == *' active="true"'* && $line == *' failed="false"'* ]] || continue
        [[ -z $pending || $pending == Monitoring ]] || continue
        active=$((active + 1))
        if [[ $role == Promoted || $role == Master ]]; then promoted=$((promoted + 1)); fi ;;
      "<failure "*)
        attr op_key; key=$value
        if [ -z "$key" ]; then attr id; key=$value; fi
        attr node; where=$value
        attr exitstatus; what=$value
        attr exitcode; what="$what ($value)"
        attr status; if [[ $value != complete ]]; then what="$what, $value"; fi
        attr exitreason; plain; plain
        if [[ $value == none ]]; then value=; fi
        said="
$key failed on $where: $what: \${value:-Pacemaker gives no reason (on $where: journalctl --unit pacemaker --since -15min)}"
        if [[ $key == "$resource"_* || $key == "$resource":* ]]; then own=$own$said; else others=$others$said; fi ;;
    esac
  done <<<"$body"
}

reached() {
  case $expected in
    promoted) ((promoted > 0)) ;;
    running-on-all) ((up > 0 && active >= up)) ;;
    *) ((active > 0)) ;;
  esac
}

# What failed before its definition was another one can leave its fail-count without the failure: the cluster then starts it nowhere, and shows no reason.
barred() {
  local path
  path="//nvpair[starts-with(@name,'fail-count-$resource#') or starts-with(@name,'fail-count-$resource:')]"
  on=
  while read -r line; do
    if [[ $line =~ node_state\\[@id=\\'([0-9]+)\\' ]]; then on="$on \${names[\${BASH_REMATCH[1]}]:-node \${BASH_REMATCH[1]}}"; fi
  done < <(cibadmin --query --node-path --xpath "$path" 2>/dev/null)
  [ -n "$on" ]
}

give_up() {
  {
    echo "$resource is\${roles:- nowhere}, expected $expected: $1"
    if [ -n "$own" ]; then echo "\${own#?}"; fi
    if [ -n "$others" ]; then echo "Elsewhere in the cluster:$others"; fi
    if [ -n "$unclean" ]; then echo "Waiting to be fenced:$unclean"; fi
  } >&2
  exit 1
}

${TICK}
begin "$limit"
last= since=$ticks asked=
declare -A names
exec 8<> <(:)
while :; do
  tick
  status
  body=\${seen#*</summary>}
  if [[ $body != "$last" ]]; then
    last=$body since=$ticks asked=
    look
    if [[ $seen == *"<resources"* ]] && reached; then exit 0; fi
  fi
  quiet=$((ticks - since))
  if ((busy == 0 && quiet >= own_quiet)); then
    if [ -n "$blocked" ]; then give_up "the cluster has blocked it"; fi
    if [ -n "$own" ]; then give_up "it failed and is not tried again"; fi
    if [[ -z $asked ]]; then
      asked=1
      if ((active == 0)) && barred; then
        give_up "it has failed there in an earlier definition, so the cluster does not start it:$on. When the cause is gone: crm_resource --cleanup --resource $resource"
      fi
    fi
    if [[ -n $others ]] && ((quiet >= other_quiet)); then give_up "another resource failed, and nothing happens any more"; fi
  fi
  if late; then give_up "not within $limit s"; fi
  # Sleeps without a process of its own.
  read -rt 2 -u 8 || true
done`);

/** Waits on a node until the resource is as expected; ends early, with Pacemaker's own reason, when it will not be. */
export const untilStarted = (spec: StartedSpec): Command => ({
  timeoutSeconds: spec.timeoutSeconds + 60,
  script: lines(
    sh`resource=${spec.resource} expected=${spec.expected} limit=${spec.timeoutSeconds} own_quiet=${OWN_QUIET} other_quiet=${OTHER_QUIET}`,
    SHARED_STATUS,
    LOOP,
  ),
});

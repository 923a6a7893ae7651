import { lines, raw, sh, TICK } from "../remote";
import type { Sh } from "../remote";
import { untilIdle } from "../pacemaker/stop";
import type { Step } from "../step";

/** Id of the option by which Pacemaker is told to leave everything as it is while its daemons are started again. An operator's own has another id and stays. */
export const HELD = "qvd-ha-hold-maintenance-mode";
/** Where a node remembers that its files are newer than its running daemon; gone with a boot, which takes them up anyway. */
export const PENDING = "/run/qvd-ha-corosync-pending";

const HELD_XML = `<crm_config><cluster_property_set id="qvd-ha-hold"><nvpair id="${HELD}" name="maintenance-mode" value="true"/></cluster_property_set></crm_config>`;

/** A resource may be stopped for a moment of its own while it is looked at; what is to be done then must be seen twice. */
const RELEASE_SECONDS = 300;

/**
 * Maintenance mode for the cluster as a whole: what runs goes on running, is not watched, and nobody is fenced for it. Of a single node it would not do: the other one
 * would take over what a node that has left in order seems not to run any more. A value `false`, which is the default, would win over ours and goes.
 */
export const hold = (node: string, why: string): Step => ({
  node,
  reason: `${why}: have Pacemaker leave all as it is meanwhile (maintenance mode)`,
  command: {
    ...untilIdle,
    script: lines(
      sh`cibadmin --delete-all --force --xpath ${"//crm_config//nvpair[@name='maintenance-mode' and @value='false']"} 2>/dev/null || true
cibadmin --modify --allow-create --scope crm_config --sync-call --xml-text ${HELD_XML}`,
      untilIdle.script,
    ),
  },
});

/** Pacemaker first: it leaves the membership in order, so nobody is fenced for going away. */
export const STOP: Sh = sh`systemctl stop pacemaker
systemctl stop corosync`;

export const START: Sh = sh`systemctl reset-failed corosync pacemaker 2>/dev/null || true
systemctl start corosync pacemaker
rm -f ${PENDING}`;

/** Stops and starts the daemons of one node while its peer's go on. */
export const restart = (node: string, keys: readonly string[]): Step => ({
  node,
  reason: `start corosync again here alone, for ${keys.join(", ")}: one node at a time`,
  command: { script: lines(STOP, START), timeoutSeconds: 900 },
});

/**
 * Ends it, once the scheduler, asked with the configuration as it would be then, would take nothing away: what promotion rests on (the ping attribute, DRBD's scores)
 * comes back only some time after the daemons. What it would only start is waiting for this: a fence device is stopped with its node's daemons.
 */
export const release = (node: string): Step => ({
  node,
  reason: "have Pacemaker look after everything again (leave maintenance mode), once it would take nothing away",
  command: {
    timeoutSeconds: RELEASE_SECONDS + 180,
    script: lines(
      sh`id=${HELD} limit=${RELEASE_SECONDS}`,
      raw(String.raw`
d=$(mktemp -d /run/qvd-ha-release.XXXXXXXX)
trap 'rm -rf "$d"' EXIT
${TICK}
begin "$limit"
quiet=0
while :; do
  todo="the cluster does not answer"
  if cibadmin --query >"$d/all.xml" 2>/dev/null; then
    grep -v "id=\"$id\"" "$d/all.xml" >"$d/then.xml"
    said=$(crm_simulate --run --xml-file "$d/then.xml" --output-as=xml 2>"$d/error") || said=
    todo=$(cat "$d/error")
    if [[ $said == *"<pacemaker-result"* ]]; then todo=$(grep -oE '<(rsc_action|node_action) [^>]*>' <<<"$said" | grep -v ' action="start"' || true); fi
  fi
  if [ -z "$todo" ]; then quiet=$((quiet + 1)); else quiet=0; fi
  if ((quiet >= 2)); then break; fi
  if late; then
    echo "maintenance mode stays on: without it, Pacemaker would do this: $todo" >&2
    echo "when that is wanted: cibadmin --delete --xml-text '<nvpair id=\"$id\"/>'" >&2
    exit 1
  fi
  sleep 2
done
cibadmin --delete-all --force --sync-call --xpath "//crm_config//nvpair[@id='$id']"
cibadmin --delete-all --force --xpath "//crm_config/cluster_property_set[@id='qvd-ha-hold']" 2>/dev/null || true`),
    ),
  },
});

export const reload = (node: string, why: string): Step => ({
  node,
  reason: why,
  command: { script: sh`corosync-cfgtool -R` },
});

export const forgetPending = (node: string): Step => ({
  node,
  reason: "corosync has read its files",
  waits: true,
  command: { script: sh`rm -f ${PENDING}` },
});

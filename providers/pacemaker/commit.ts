import type { Command, Sh } from "../remote";
import { sh } from "../remote";
import type { Cib } from "./cib";
import { withoutStatus } from "./cib";
import { STATUS_FILE } from "./started/shared";
import type { Xml } from "./xml";
import { child, formatXml } from "./xml";

/** Ends the commit quietly when somebody else changed the configuration since it was read: the next round starts from what is there then. */
export const unlessMoved = (cib: Cib): Sh => sh`
head=$(cibadmin --query | sed -n 1p)
if [[ $head != *${` epoch="${cib.epoch}"`}* || $head != *${` admin_epoch="${cib.adminEpoch}"`}* ]]; then
  echo "the configuration was changed meanwhile: nothing was written, it is read again"
  exit 0
fi`;

/** Goes on only while every resource is told to be stopped, as nothing may be running when its definition goes. */
export const whileStopped: Sh = sh`
cibadmin --query --xpath "//crm_config//nvpair[@name='stop-all-resources' and @value='true']" >/dev/null || {
  echo "somebody has taken stop-all-resources back: nothing was removed" >&2
  exit 1
}`;

const VERIFY: Sh = sh`rc=0
said=$(crm_verify -V --xml-file "$d/new.xml" 2>&1) || rc=$?
# Warnings give the same status as errors, and there always are some where no node's state is in the file. The last line differs by version.
if [[ $rc != 0 && ( $rc != 78 || $said == *"error:"* || $said == *"error :"* || $said == *"Errors found"* ) ]]; then
  echo "Pacemaker does not accept the new configuration, nothing was written: $said" >&2
  exit 1
fi`;

/**
 * Brings the configuration from one text to another in one patch: verified before, and nothing in between for the cluster to act on.
 * Both texts go on standard input. The difference is taken between the two that were planned with, so what others change elsewhere stays.
 * The status that those who wait share is from before and is thrown away.
 */
export function commit(from: Xml, to: Xml, guard: Sh): Command {
  const old = formatXml(withoutStatus(from));
  const fresh = formatXml(withoutStatus(to));
  // Without any resource there is nothing to fence for, and Pacemaker would still call missing fence devices an error; the schema is checked anyway.
  const bare = (child(child(to, "configuration"), "resources")?.children ?? []).length === 0;
  const verify = bare ? sh`` : VERIFY;
  const script = sh`
d=$(mktemp -d /run/qvd-ha-cib.XXXXXXXX)
trap 'rm -rf "$d"' EXIT
head -c ${Buffer.byteLength(old)} >"$d/old.xml"
cat >"$d/new.xml"
${guard}
${verify}
rc=0
crm_diff --no-version --original "$d/old.xml" --new "$d/new.xml" >"$d/patch.xml" || rc=$?
case $rc in
  0) exit 0 ;;
  1) ;;
  *) echo "crm_diff failed with status $rc" >&2; exit 1 ;;
esac
cibadmin --patch --sync-call --xml-file "$d/patch.xml"
rm -f ${STATUS_FILE}`;
  return { script, stdin: old + fresh, timeoutSeconds: 300 };
}

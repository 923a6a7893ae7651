import { quote, raw, sh } from "../../remote";
import type { Plan, Step } from "../../step";
import { plan as planOf } from "../../step";
import type { AccessSeen } from "./read";
import { renderLine, renderShell, RETIRING_MINUTES } from "./render";
import type { FenceAccessSpec } from "./spec";

const writeShell = (node: string, spec: FenceAccessSpec): Step => ({
  node,
  reason: `allow the fencing key to power ${spec.domains.join(" and ")} and nothing else`,
  command: {
    script: sh`f=${spec.commandPath}; mkdir -p "$(dirname "$f")"; cat >"$f.new"; chmod 755 "$f.new"; mv "$f.new" "$f"`,
    stdin: renderShell(spec),
  },
});

/**
 * Rewrites authorized_keys with our line last or gone; all other lines, mode and owner stay, and a link stays a link.
 * A key that is exchanged stays for some minutes beside the new one: the nodes have no other until they get it.
 */
const writeKeys = (node: string, reason: string, spec: FenceAccessSpec, line: string | undefined): Step => ({
  node,
  reason,
  command: {
    script: sh`f=${spec.authorizedKeysFile}
mkdir -p -m 700 "$(dirname "$f")"
f=$(readlink -f "$f")
[ -e "$f" ] || { : >"$f"; chmod 600 "$f"; }
cp -p "$f" "$f.qvd-ha"
trap 'rm -f "$f.qvd-ha"' EXIT
until=${line === undefined ? "" : raw(`$(date -d '+${RETIRING_MINUTES} minutes' +%Y%m%d%H%M)`)}
awk -v key=${spec.publicKey.split(" ")[1] as string} -v command=${`command="${spec.commandPath}"`} -v until="$until" '
  /^#/ { print; next }
  index($0, key) { next }
  index($0, command) {
    if (until == "" || !/^restrict,pty,command="[^"]+"(,from="[^"]+")? [^ ]+ [^ ]+ qvd-ha-fence$/) next
    sub(/ /, ",expiry-time=\"" until "\" ")
  }
  { print }' "$f" >"$f.qvd-ha"
${line === undefined ? raw(":") : raw(`printf '%s\\n' ${quote(line)} >>"$f.qvd-ha"`)}
mv "$f.qvd-ha" "$f"`,
  },
});

export function plan(wanted: FenceAccessSpec, seen: AccessSeen): Plan {
  const line = renderLine(wanted);
  const text = renderShell(wanted);
  const nodes = Object.entries(seen);
  return planOf(
    [
      nodes
        .filter(([, { shell }]) => shell?.text !== text || shell.mode !== "755")
        .map(([node]) => writeShell(node, wanted)),
      // After the command is in place: sshd must never find the key without its guard.
      nodes
        .filter(([, { lines }]) => lines.keys.length !== 1 || lines.keys[0] !== line)
        .map(([node]) => writeKeys(node, "let the fencing key in, held to that command", wanted, line)),
    ],
    "the fencing key is in, held to its command",
  );
}

export function remove(spec: FenceAccessSpec, seen: AccessSeen): Plan {
  const nodes = Object.entries(seen);
  return planOf(
    [
      nodes
        .filter(([, { lines }]) => lines.keys.length + lines.retiring.length > 0)
        .map(([node]) => writeKeys(node, "let the fencing key in no more", spec, undefined)),
      nodes
        .filter(([, { shell }]) => shell !== undefined)
        .map(([node]) => ({
          node,
          reason: "remove the command that the fencing key was held to",
          command: { script: sh`rm -f ${spec.commandPath}` },
        })),
    ],
    "the fencing key is not there",
  );
}

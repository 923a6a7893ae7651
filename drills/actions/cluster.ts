import type { Role, Script } from "./action";
import { text } from "./action";
import { idOnNode } from "./ids";

/** The database's address, taken from its interface behind the cluster's back. */
export const deleteAddress = (on: Role): Script => ({
  kind: "script",
  on,
  says: `delete the database's address on the ${on} node`,
  script: text(
    `a=$(crm_resource --resource "${idOnNode("address")}" --get-parameter ip)`,
    'read -r _ i _ n _ <<<"$(ip -4 -o address show to "$a")"',
    'ip address delete "$n" dev "$i"',
  ),
});

const MAINTENANCE_OFF = "crm_attribute --name maintenance-mode --delete --quiet || true";

export const maintenance: Script = {
  kind: "script",
  on: "active",
  says: "switch maintenance mode on",
  script: "crm_attribute --name maintenance-mode --update true",
  undo: [{ kind: "script", on: "active", script: MAINTENANCE_OFF }],
};

export const maintenanceOff: Script = {
  kind: "script",
  on: "active",
  says: "switch maintenance mode off",
  script: MAINTENANCE_OFF,
};

export const cleanup: Script = {
  kind: "script",
  on: "active",
  says: "crm_resource --cleanup",
  script: "crm_resource --cleanup",
};

/** A person's word that a node which alone came back need not wait for the other one. */
export const cancelWaitForAll = (on: Role): Script => ({
  kind: "script",
  on,
  says: "corosync-cmapctl -s quorum.cancel_wait_for_all u8 1",
  script: "corosync-cmapctl -s quorum.cancel_wait_for_all u8 1",
});

/** The other node's name, on any. */
const OTHER = `$(crm_node --list | sed -n 's/^[0-9]* \\([^ ]*\\).*/\\1/p' | grep -vx "$me")`;

/** Pacemaker leaves a constraint behind, which is taken back once the service is there. */
export const moveAway: Script = {
  kind: "script",
  on: "active",
  says: "move the service to the standby node (crm_resource --move)",
  script: text("me=$(crm_node --name)", `crm_resource --resource "${idOnNode("group")}" --move --node "${OTHER}"`),
  undo: [{ kind: "script", on: "standby", script: `crm_resource --resource "${idOnNode("group")}" --clear` }],
};

/** Fencing by order, as the operator's own test of a fence device. */
export const fenceByOrder = (by: Role): Script => ({
  kind: "script",
  on: by,
  says: "order the standby node to be fenced (stonith_admin --reboot)",
  timeoutSeconds: 180,
  script: text("me=$(crm_node --name)", `other="${OTHER}"`, 'stonith_admin --reboot "$other"'),
});

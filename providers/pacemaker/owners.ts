import type { Xml } from "./xml";

/**
 * What the running cluster or its operator owns. A push that deleted these would lift a data-safety fence (DRBD's) or overrule a person at work,
 * so they are kept as they are and reported, never compared.
 */
const PROPERTIES = new Set([
  "cluster-infrastructure",
  "cluster-name",
  "dc-version",
  "have-watchdog",
  "last-lrm-refresh",
  "maintenance-mode",
]);

/** Set by `crm_resource --ban/--move`, and by DRBD's fence-peer handler. */
const CONSTRAINTS = /^(cli-(ban|prefer|standby)-|drbd-fence-by-handler-)/;

const META = new Set(["target-role", "is-managed", "maintenance"]);

export const ownedProperty = (name: string): boolean => PROPERTIES.has(name);
export const ownedConstraint = (id: string): boolean => CONSTRAINTS.test(id);
export const ownedMeta = (name: string): boolean => META.has(name);

/** Ids of permanent node attributes that stand for transient ones while a change is made. */
export const HELD = "qvd-ha-held-";
export const isHeld = (x: Xml): boolean => (x.attrs["id"] ?? "").startsWith(HELD);

/** One thing in the cluster's configuration that is not ours. */
export interface Foreign {
  /** CIB id, or for an option `id of its set/name`. */
  readonly id: string;
  /** The XML element's name: `rsc_location`, `nvpair`, `acl_role`… */
  readonly what: string;
  /** Attributes as they stand there, without the id; of an acl, template and the like the name alone. */
  readonly detail: string;
}

export function foreign(x: Xml, id = x.attrs["id"] ?? ""): Foreign {
  const detail = Object.entries(x.attrs)
    .filter(([k]) => k !== "id")
    .map(([k, v]) => `${k}=${v}`)
    .join(" ");
  return { id, what: x.name, detail };
}

import { createHash } from "node:crypto";
import type { Xml } from "@qvd-ha/providers/dist/pacemaker/xml";
import { child, parseXml } from "@qvd-ha/providers/dist/pacemaker/xml";

/** Where Pacemaker keeps a node's copy of the cluster's configuration. It is replaced in one move, its root element on the first line. */
export const CIB_FILE = "/var/lib/pacemaker/cib/cib.xml";

/** A node's copy of the cluster's configuration. */
export interface Configuration {
  /** `admin_epoch.epoch`, which every change raises. */
  readonly version: string;
  /** Of what it says. */
  readonly digest: string;
}

/**
 * Attributes in the order of their names, since the order in which they stand says nothing. What the root element says is left out: each node notes there when it
 * wrote, and who led the cluster.
 */
const canonical = ({ name, attrs, children }: Xml): unknown => [
  name,
  Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1)),
  children.map(canonical),
];

/** Reads the sampler's line that holds a configuration; undefined when it is none. */
export function parseConfiguration(line: string): Configuration | undefined {
  if (!line.startsWith("C ")) return undefined;
  try {
    const root = parseXml(line.slice(2));
    const { admin_epoch: admin, epoch } = root.attrs;
    const said = child(root, "configuration");
    if (admin === undefined || epoch === undefined || !said) return undefined;
    const digest = createHash("sha256")
      .update(JSON.stringify(canonical(said)))
      .digest("hex")
      .slice(0, 12);
    return { version: `${admin}.${epoch}`, digest };
  } catch {
    return undefined;
  }
}

/**
 * How a running cluster takes a change of its configuration, from the mildest: `reload` takes it up while all goes on, `rolling` when corosync is started
 * again on one node after the other, `together` only when it was stopped on both at once.
 */
export const CHANGES = ["none", "reload", "rolling", "together"] as const;
export type Change = (typeof CHANGES)[number];

/** Two nodes understand each other although these differ; both are read at the start only. A link mode shows as changed after a reload, and is not. */
const ROLLING = /^totem\.(cluster_name|link_mode)$/;
const RING = /^nodelist\.node\.\d+\.ring(\d)_addr$/;
/** Read at the start only, and two nodes that differ in them do not hear each other. A port shows as changed after a reload, and is not. */
const TOGETHER =
  /^(totem\.(version|transport|ip_version|rrp_mode|netmtu|threads|interface\..*)|nodelist\..*|quorum\.provider)$/;

/** Of one key of corosync.conf, by its name in the daemon's map; `authkey` stands for the key file. Encryption and its key are exchanged by a reload. */
function classOf(key: string): Change {
  if (ROLLING.test(key) || RING.test(key)) return "rolling";
  return TOGETHER.test(key) ? "together" : "reload";
}

/**
 * What a set of changes needs. One ring's addresses may change node by node, as the other ring carries on; both rings' may not. A reload that comes with new
 * addresses is refused as a whole, so these two do not go together.
 */
export function classify(keys: readonly string[]): Change {
  const classes = keys.map(classOf);
  const rings = new Set(keys.flatMap((k) => RING.exec(k)?.[1] ?? []));
  if (rings.size > 1 || (rings.size > 0 && classes.includes("reload"))) return "together";
  return CHANGES[Math.max(0, ...classes.map((c) => CHANGES.indexOf(c)))] as Change;
}

import { ringUp } from "../../status/rings";
import type { Rule } from "./rule";

/** Corosync's links, where both nodes are up. */
export const rings: Rule = (l) => {
  const talking = l.reached.filter(([n, report]) => l.daemons(n) && report.rings.length > 0);
  if (talking.length < l.r.nodes.length) return [];
  const down = talking.flatMap(([n, report]) => report.rings.filter((r) => !ringUp(r)).map((r) => [n, r] as const));
  return [...new Set(down.map(([, r]) => r.link))].map((link) => {
    const [node, ring] = down.find(([, r]) => r.link === link) as (typeof down)[number];
    const off = l.r.nodes.flatMap((n) => {
      const own = l.report(n)?.rings.find((r) => r.link === link)?.address ?? "";
      const network = l.details(n).network;
      const has = Object.entries(network?.addresses ?? {}).find(([, a]) => a.includes(own))?.[0];
      // An interface that is down may have lost its addresses: then any that is down may be it.
      const suspects = has ? (network?.down ?? []).filter((i) => i === has) : (network?.down ?? []);
      return suspects.map((i) => l.on(n, `ip link set dev ${i} up`));
    });
    const drops = l.r.nodes.flatMap((n) =>
      (l.details(n).network?.dropping ?? []).map((t) => l.on(n, `nft list table ${t}`)),
    );
    const all = talking.every(([, report]) => report.rings.every((r) => !ringUp(r)));
    return {
      severity: all ? ("critical" as const) : ("serious" as const),
      where: node,
      what: `ring ${link} (${ring.address}) is down`,
      why: all ? "the nodes do not hear each other" : "when the other ring goes as well, one node is fenced",
      next: [...off, ...drops, ...(off.length + drops.length === 0 ? [l.on(node, "corosync-cfgtool -s")] : [])],
    };
  });
};

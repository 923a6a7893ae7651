import { PING_ATTRIBUTE } from "../../status/ids";
import type { Rule } from "./rule";

/** A node that does not reach the router may not be promoted. */
export const ping: Rule = (l) => {
  const asks = l.ids.ping?.primitive;
  // Without it nothing goes by the router.
  if (asks === undefined) return [];
  return l.r.nodes.flatMap((where) => {
    if (!l.serving(where) || l.v?.maintenance) return [];
    const value = l.v?.attributes[where]?.[PING_ATTRIBUTE];
    if (Number(value ?? 0) > 0) return [];
    const primitive = Object.values(l.r.details)
      .map((d) => d.configuration?.elements[asks])
      .find((e) => e?.kind === "primitive");
    const hosts = primitive?.kind === "primitive" ? (primitive.params["host_list"] ?? "").split(/\s+/) : [];
    const drops = (l.details(where).network?.dropping ?? []).map((t) => l.on(where, `nft list table ${t}`));
    return [
      {
        severity: l.active === undefined ? ("critical" as const) : ("serious" as const),
        where,
        what: `does not reach ${hosts.filter(Boolean).join(" or ") || "the router"} (${PING_ATTRIBUTE} is not set), or has not tried yet`,
        why: "it may not be promoted",
        next: [
          ...drops,
          ...hosts.filter(Boolean).map((h) => l.on(where, `ping -c 3 -W 2 ${h}`)),
          // Pacemaker may have forgotten it.
          ...(value === undefined ? [l.on(where, "attrd_updater --refresh")] : []),
        ],
      },
    ];
  });
};

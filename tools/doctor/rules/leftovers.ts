import { OPERATION, parseMark } from "../../operate/mark";
import type { Rule } from "./rule";

const TABLE = "inet qvd_ha_drill";

/** What an interrupted drill or verb has left. */
export const leftovers: Rule = (l) => [
  ...l.reached.flatMap(([where]) => {
    const network = l.details(where).network;
    const table = network?.dropping.includes(TABLE) ?? false;
    const units = network?.drills ?? [];
    const left = network?.left ?? [];
    const signs = [...(table ? ["packets are dropped"] : []), ...units, ...left];
    if (signs.length === 0) return [];
    return [
      {
        severity: "serious" as const,
        where,
        what: `a drill is at work or was interrupted: ${signs.join(", ")}`,
        why: "what looks like a fault may be this",
        next: [
          ...units.map((u) => l.on(where, `systemctl stop ${u}`)),
          ...(table ? [l.on(where, `nft delete table ${TABLE}`)] : []),
          // In an order that only the drill knows.
          ...(left.length > 0 ? [l.make("drill", { FAULT: "restore" })] : []),
        ],
      },
    ];
  }),
  ...[
    ...new Set(
      l.reached.flatMap(([, n]) =>
        n.kept.filter((k) => k.what === "node attribute" && k.detail.startsWith(`${OPERATION}=`)).map((k) => k.detail),
      ),
    ),
  ].map((detail) => {
    const { verb = "", noted: [, node] = [] } = parseMark(detail.slice(OPERATION.length + 1)) ?? {};
    return {
      severity: "warning" as const,
      where: "cluster",
      what: `make ${verb} is at work or was interrupted`,
      why: "a node may be in standby for it",
      next: [l.make(verb, verb === "replace-node" && node ? { NODE: node } : {})],
    };
  }),
];

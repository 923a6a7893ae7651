import { nodesOf } from "../../status/crmMon";
import type { Rule } from "./rule";

/** What must be on one node at most is on two. */
export const promoted: Rule = (l) => {
  const primaries = l.reached.filter(([, n]) => n.drbd?.role === "Primary").map(([n]) => n);
  const holders = l.reached.filter(([, n]) => n.address).map(([n]) => n);
  const servers = l.r.nodes.filter((n) => l.details(n).server?.running);
  const away = (node: string): string[] => [l.make("standby", { NODE: node })];
  // What Pacemaker has not put there, it does not take away.
  const without = (node: string): string[] =>
    Object.entries(l.details(node).network?.prefixed ?? {}).flatMap(([device, all]) =>
      all.filter((a) => a.startsWith(`${l.r.address}/`)).map((a) => l.on(node, `ip address delete ${a} dev ${device}`)),
    );
  const known = l.v ? nodesOf(l.v, l.ids.address) : [];
  const mend = (node: string): string[] => {
    const own = known.includes(node) ? [] : without(node);
    return own.length > 0 ? own : away(node);
  };
  const twice = (nodes: readonly string[], what: string, why: string, next = away): ReturnType<Rule> => {
    // Pacemaker's own word says which of the two is wrong.
    const wrong = nodes.find((n) => n !== l.active) ?? nodes[0];
    if (nodes.length < 2 || wrong === undefined) return [];
    return [{ severity: "critical", where: wrong, what, why, next: next(wrong) }];
  };
  return [
    ...twice(primaries, "both nodes are Primary", "both may write, and one side's writes will be lost"),
    ...twice(servers, "a database server runs on both nodes", "two servers on one's data destroy it"),
    ...twice(
      primaries.length > 1 ? [] : holders,
      `both nodes hold ${l.r.address}`,
      "clients reach now the one, now the other",
      mend,
    ),
  ];
};

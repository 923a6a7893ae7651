import { redundant } from "../../status/drbd";
import type { Look } from "../look";
import type { Rule, Said } from "./rule";

const without = (l: Look, id: string): string =>
  l.on(l.spokesman, `cibadmin --delete --xml-text '<rsc_location id="${id}"/>'`);

function byHand(l: Look, id: string): Said {
  const [, kind, resource, node] = /^cli-(ban|prefer|standby)-(.+?)(?:-on-(.+))?$/.exec(id) ?? [];
  const ban = kind === "ban";
  return {
    severity: ban ? "serious" : "warning",
    where: node ?? "cluster",
    what: ban
      ? `${resource} is banned from ${node ?? "a node"} (${id})`
      : `${resource} is bound to a node by hand (${id})`,
    why: ban
      ? "it would not take over there"
      : "after a failure it goes back there by itself, with a second interruption",
    // A move that was interrupted is finished by its verb, which waits until it has settled.
    next: ban ? [without(l, id)] : [l.make("switch-over")],
  };
}

function byDrbd(l: Look, id: string): Said[] {
  const good = l.reached.filter(([, n]) => n.drbd && redundant(n.drbd));
  // In force while the data is behind; what is wrong then, another rule tells.
  if (good.length < l.r.nodes.length) return [];
  return [
    {
      severity: "serious",
      where: "cluster",
      what: `DRBD's ban is left over, though both nodes have the same data (${id})`,
      why: "the banned node may not be promoted, so nobody takes over",
      next: [without(l, id)],
    },
  ];
}

/** Constraints that somebody or something has put in and forgotten. */
export const constraints: Rule = (l) =>
  [...new Set(l.reached.flatMap(([, n]) => n.constraints))].flatMap((id) =>
    id.startsWith("drbd-fence-by-handler-") ? byDrbd(l, id) : id.startsWith("cli-") ? [byHand(l, id)] : [],
  );

import type { Look } from "../look";
import type { Rule } from "./rule";

/**
 * DRBD has parted because both sides have writes that the other one lacks: by generations of which neither knows the other. Where a generation is not to be had,
 * the kernel's word counts; it may be of a split brain that is long over, and whoever believes it throws writes away.
 */
export function parted(l: Look): boolean {
  const alone = l.reached.filter(([, n]) => n.drbd?.connection === "StandAlone");
  if (alone.length === 0) return false;
  const histories = l.reached.map(([n]) => l.details(n).history);
  const [a, b] = histories;
  if (a?.generation === undefined || b?.generation === undefined)
    return alone.some(([n]) => l.details(n).history?.splitBrain !== undefined);
  return a.generation !== b.generation && !a.older.includes(b.generation) && !b.older.includes(a.generation);
}

export const splitBrain: Rule = (l) => {
  if (!parted(l)) return [];
  const word = l.reached.map(([n]) => l.details(n).history?.splitBrain).find((s) => s !== undefined);
  return [
    {
      severity: "critical",
      where: "cluster",
      what: "split brain: both nodes have written without each other, and DRBD has parted them",
      ...(word ? { since: word.split(" ")[0] as string } : {}),
      why: "a person has to say whose writes since then are thrown away; until then nothing is mirrored",
      next: [l.make("doctor", { REPAIR: "split-brain" })],
    },
  ];
};

import type { Sh } from "../remote";
import { sh } from "../remote";
import { promotableClones } from "./promotables";
import type { Configuration } from "./spec";
import type { Xml } from "./xml";
import { childrenOf, element, within } from "./xml";

// A promotable clone that gets another agent, or another primitive. Pacemaker forgets what it knew of a resource whose agent is another one, and plans anew in the middle: it then
// starts what stands on the clone before it has demoted it, the demotion fails, and the node is fenced (seen with 2.1.5). So such a clone is told to stop first, and
// all that stands on it with it; what nothing stands on changes its agent without harm. A primitive that another one takes the place of, as in a change of the
// layout, is the same resource by another name: both would run on one disk.

const MARK = "qvd-ha-exchange-";
const ROLE = "target-role";
const CLONES = new Set(["clone", "master"]);

interface Exchange {
  readonly clone: string;
  readonly primitive: string;
}

/** Promotable clones whose primitive gets another agent, or goes. */
export const exchanges = (now: Configuration, wanted: Configuration): Exchange[] =>
  promotableClones(now).flatMap(({ clone, primitive, before }) => {
    const after = wanted.elements[primitive];
    return after?.kind === "primitive" && after.agent === before.agent ? [] : [{ clone, primitive }];
  });

const clonesIn = (xml: Xml, change: (clone: Xml) => Xml): Xml =>
  within(xml, "configuration", (c) =>
    within(c, "resources", (r) => ({
      ...r,
      children: r.children.map((x) => (CLONES.has(x.name) ? change(x) : x)),
    })),
  );

const isMark = (pair: Xml): boolean => (pair.attrs["id"] ?? "").startsWith(MARK);

/** The CIB with these clones told to stop; where an operator has told them something, that gives way until it is written back. */
export function toldToStop(xml: Xml, clones: readonly string[]): Xml {
  return clonesIn(xml, (clone) => {
    const id = clone.attrs["id"] ?? "";
    if (!clones.includes(id)) return clone;
    const pair = element("nvpair", { id: `${MARK}${id}`, name: ROLE, value: "Stopped" });
    let told = false;
    const children = clone.children.map((set) => {
      if (set.name !== "meta_attributes" || told) return set;
      told = true;
      return { ...set, children: [...set.children.filter((p) => p.attrs["name"] !== ROLE), pair] };
    });
    const own = element("meta_attributes", { id: `${MARK}${id}-meta_attributes` }, [pair]);
    return { ...clone, children: told ? children : [own, ...children] };
  });
}

/** The CIB without any such word of ours. */
export const untold = (xml: Xml): Xml =>
  clonesIn(xml, (clone) => ({
    ...clone,
    children: clone.children
      .map((set) =>
        set.name === "meta_attributes" ? { ...set, children: set.children.filter((p) => !isMark(p)) } : set,
      )
      .filter((set) => set.name !== "meta_attributes" || set.children.length > 0 || !isMark(set)),
  }));

/** Clones that an interrupted exchange has left told to stop. */
export const toldIn = (xml: Xml): string[] => {
  const found: string[] = [];
  clonesIn(xml, (clone) => {
    if (childrenOf(clone, "meta_attributes").some((set) => childrenOf(set, "nvpair").some(isMark)))
      found.push(clone.attrs["id"] ?? "");
    return clone;
  });
  return found;
};

/** Goes on only while they are told to stop by us: an operator who has started them meanwhile is not overruled. */
export const whileTold = (clones: readonly string[]): Sh => sh`
for id in ${clones.map((c) => `${MARK}${c}`)}; do
  cibadmin --query --xpath "//nvpair[@id='$id' and @value='Stopped']" >/dev/null || {
    echo "somebody has taken back that \${id#${MARK}} is stopped while it is exchanged: nothing was written" >&2
    exit 1
  }
done`;

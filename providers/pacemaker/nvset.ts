import { canonicalName } from "./names";
import type { Xml } from "./xml";
import { child, childrenOf, element, formatXml } from "./xml";

/** A set that applies only sometimes, or borrows its content: beyond what a spec says. */
const special = (set: Xml): boolean =>
  child(set, "rule") !== undefined ||
  set.attrs["id-ref"] !== undefined ||
  childrenOf(set, "nvpair").some((p) => p.attrs["id-ref"] !== undefined);

const scoreOf = (set: Xml): number => {
  const text = set.attrs["score"] ?? "0";
  return /^[+]?INFINITY$/.test(text) ? Infinity : text === "-INFINITY" ? -Infinity : Number(text);
};

export interface Pairs {
  readonly values: Readonly<Record<string, string>>;
  /** XML of the sets that a plain map cannot say. */
  readonly special: readonly string[];
}

/** The name-value pairs of an element's sets of one kind; where two sets name the same, the higher score wins, then the first, as in Pacemaker. */
export function pairs(parent: Xml | undefined, setName: string): Pairs {
  const all = childrenOf(parent, setName);
  const values: Record<string, string> = {};
  const plain = all.filter((s) => !special(s)).sort((a, b) => scoreOf(b) - scoreOf(a));
  for (const set of plain)
    for (const pair of childrenOf(set, "nvpair")) {
      const name = pair.attrs["name"] ?? "";
      if (!Object.hasOwn(values, name)) values[name] = pair.attrs["value"] ?? "";
    }
  return { values, special: all.filter(special).map((s) => formatXml(s).trim()) };
}

const idPart = (text: string): string => text.replace(/[^A-Za-z0-9_.-]/g, "_");

const nvpair = (setId: string, name: string, value: string): Xml =>
  element("nvpair", { id: `${setId}-${idPart(name)}`, name, value });

/** A set in name order; none where there is nothing to say. */
export function nvset(name: string, setId: string, values: Readonly<Record<string, string>>): Xml[] {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0) return [];
  return [
    element(
      name,
      { id: setId },
      sorted.map(([k, v]) => nvpair(setId, k, v)),
    ),
  ];
}

/**
 * Edits the sets of an options section in place: what is as wanted stays where it is (under the name that it has), other values change, the rest goes
 * unless `keep` says that it is not ours.
 */
export function editOptions(
  section: Xml,
  setName: string,
  newSetId: string,
  wanted: Readonly<Record<string, string>>,
  same: (name: string, a: string, b: string) => boolean,
  keep: (name: string) => boolean,
): Xml {
  const missing = new Map(Object.entries(wanted));
  const children = section.children.map((set) => {
    if (set.name !== setName || special(set)) return set;
    const edited = set.children.flatMap((pair) => {
      if (pair.name !== "nvpair") return [pair];
      const name = pair.attrs["name"] ?? "";
      if (keep(name)) return [pair];
      const value = missing.get(canonicalName(name));
      if (value === undefined) return [];
      missing.delete(canonicalName(name));
      return [
        same(canonicalName(name), value, pair.attrs["value"] ?? "")
          ? pair
          : { ...pair, attrs: { ...pair.attrs, value } },
      ];
    });
    return { ...set, children: edited };
  });
  if (missing.size > 0) {
    const at = children.findIndex((s) => s.name === setName && !special(s));
    const set = children[at] ?? element(setName, { id: newSetId });
    const setId = set.attrs["id"] ?? newSetId;
    const added = [...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => nvpair(setId, k, v));
    const grown = { ...set, children: [...set.children, ...added] };
    if (at < 0) children.push(grown);
    else children[at] = grown;
  }
  const filled = children.filter((s) => s.name !== setName || s.children.length > 0);
  return { ...section, children: filled };
}

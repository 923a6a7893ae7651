import type { Command } from "../remote";
import { lines, raw, sh } from "../remote";
import { attributeOf, ruled } from "./attribute";
import { canonical } from "./cib";
import { HELD, isHeld } from "./owners";
import type { Configuration } from "./spec";
import type { Xml } from "./xml";
import { child, childrenOf, element, within } from "./xml";

/**
 * A ping that is restarted takes its attribute back on every node at once, and a rule that wants the attribute then stops the service until it is there
 * again. Pacemaker's simulation ends before that. So the value of the moment is held as a permanent attribute, which counts only while the ping's own,
 * transient one is missing, until the new ping has spoken. Here: ids of what a change restarts and a location rule goes by, with its attribute.
 */
export function holds(now: Configuration, wanted: Configuration): ReadonlyMap<string, string> {
  const found = Object.keys(now.elements).flatMap((id): [string, string][] => {
    const attribute = attributeOf(id, now);
    if (attribute === undefined || attributeOf(id, wanted) !== attribute || ruled(id, now).length === 0) return [];
    const [a, b] = [now, wanted].map((c) => {
      const e = c.elements[id];
      return [e, e?.kind === "clone" ? c.elements[e.child] : undefined];
    });
    return canonical(a) === canonical(b) ? [] : [[id, attribute]];
  });
  return new Map(found);
}

const nodesOf = (xml: Xml): readonly Xml[] => child(child(xml, "configuration"), "nodes")?.children ?? [];

/** What a node's transient attribute is; undefined where it has none. */
function transient(xml: Xml, nodeId: string | undefined, name: string): string | undefined {
  const state = childrenOf(child(xml, "status"), "node_state").find((s) => s.attrs["id"] === nodeId);
  const sets = childrenOf(child(state, "transient_attributes"), "instance_attributes");
  return sets.flatMap((s) => childrenOf(s, "nvpair")).find((p) => p.attrs["name"] === name)?.attrs["value"];
}

const permanent = (node: Xml, name: string): boolean =>
  childrenOf(node, "instance_attributes").some((s) => childrenOf(s, "nvpair").some((p) => p.attrs["name"] === name));

/** The CIB `to` with those attributes held on every node that has them in `from`; a permanent one that somebody set stays as it is. */
export function hold(from: Xml, to: Xml, names: readonly string[]): Xml {
  const kept = (node: Xml): Xml => {
    const id = `${HELD}${node.attrs["id"]}`;
    const pairs = names.flatMap((name) => {
      const value = permanent(node, name) ? undefined : transient(from, node.attrs["id"], name);
      return value === undefined ? [] : [element("nvpair", { id: `${id}-${name}`, name, value })];
    });
    const added = pairs.length > 0 ? [element("instance_attributes", { id }, pairs)] : [];
    return { ...node, children: [...node.children, ...added] };
  };
  return within(to, "configuration", (c) => within(c, "nodes", (n) => within(n, "node", kept)));
}

interface Held {
  readonly id: string;
  readonly node: string;
  readonly name: string;
}

/** What is held in this CIB. */
export const heldIn = (xml: Xml): Held[] =>
  nodesOf(xml).flatMap((node) =>
    childrenOf(node, "instance_attributes")
      .filter(isHeld)
      .flatMap((s) =>
        childrenOf(s, "nvpair").map((p) => ({
          id: s.attrs["id"] ?? "",
          node: node.attrs["uname"] ?? "",
          name: p.attrs["name"] ?? "",
        })),
      ),
  );

const RELEASE = raw(`for ((i = 0; i < 120; i++)); do
  missing=
  for have in "\${haves[@]}"; do cibadmin --query --xpath "$have" >/dev/null 2>&1 || missing=$have; done
  if [ -z "$missing" ]; then
    for set in "\${sets[@]}"; do
      cibadmin --query --xpath "//nodes/node/instance_attributes[@id='$set']" >/dev/null 2>&1 || continue
      cibadmin --delete --sync-call --xml-text "<instance_attributes id=\\"$set\\"/>"
    done
    exit 0
  fi
  sleep 1
done
echo "no ping has said anything for 120 s: $missing is not there, and what was said before is held on" >&2
exit 1`);

const online = (xml: Xml, node: string): boolean => {
  const state = childrenOf(child(xml, "status"), "node_state").find((s) => s.attrs["uname"] === node);
  // A word until Pacemaker 2.1.5, a time since then.
  return !["offline", "0", undefined].includes(state?.attrs["crmd"]);
};

/** Takes back what is held in `xml`, as soon as every node that is online has its own attribute again. */
export function release(xml: Xml): Command {
  const held = heldIn(xml);
  const haves = held
    .filter((h) => online(xml, h.node))
    .map((h) => `//node_state[@uname='${h.node}']/transient_attributes//nvpair[@name='${h.name}']`);
  const sets = [...new Set(held.map((h) => h.id))];
  return { script: lines(sh`haves=(${haves})`, sh`sets=(${sets})`, RELEASE), timeoutSeconds: 180 };
}

import { parseCib, withProperty } from "../../../providers/pacemaker/cib";
import type { Xml } from "../../../providers/pacemaker/xml";
import { child, element, parseXml } from "../../../providers/pacemaker/xml";
import type { Given } from "./scenario";

// A CIB's XML changed as a scenario says: each function gives a new tree. What is not there is left out, as a mutant may lack it.

const NODES = ["qvddb1", "qvddb2"];
const GOOD = 10_000;
const REACHED = "100";

/** The tree with every element for which `change` has an answer replaced by it. */
export const edit = (x: Xml, change: (x: Xml) => Xml | undefined): Xml => {
  const changed = change(x) ?? x;
  return { ...changed, children: changed.children.map((c) => edit(c, change)) };
};

const isNode = (x: Xml, node: string): boolean => x.name === "node_state" && x.attrs["uname"] === node;

/** Sets a value in the first set of that kind; null takes it out. */
function put(x: Xml, setName: string, setId: string, name: string, value: string | null): Xml {
  const set = child(x, setName) ?? element(setName, { id: setId });
  const others = set.children.filter((p) => p.attrs["name"] !== name);
  const pair =
    value === null ? [] : [element("nvpair", { id: `${setId}-${name.replace(/[^\w.-]/g, ".")}`, name, value })];
  const full = { ...set, children: [...others, ...pair] };
  const rest = x.children.filter((c) => c !== child(x, setName));
  return { ...x, children: [full, ...rest] };
}

function attribute(cib: Xml, node: string, name: string, value: string | null): Xml {
  return edit(cib, (x) => {
    if (!isNode(x, node)) return undefined;
    const id = x.attrs["id"] ?? "";
    const inside = child(x, "transient_attributes") ?? element("transient_attributes", { id });
    const rest = x.children.filter((c) => c.name !== "transient_attributes");
    return { ...x, children: [put(inside, "instance_attributes", `status-${id}`, name, value), ...rest] };
  });
}

/** The primitives that DRBD's agent runs; the standard layout's where a mutant has none. */
function drbds(x: Xml): string[] {
  const found = (y: Xml): string[] =>
    y.name === "primitive" && y.attrs["type"] === "drbd" ? [y.attrs["id"] ?? ""] : y.children.flatMap(found);
  const all = found(x);
  return all.length > 0 ? all : ["p_drbd_postgres"];
}

/** Promotion scores and ping's attribute, as a scenario has them. */
export function withAttributes(cib: Xml, given: Pick<Given, "scores" | "ping">): Xml {
  return NODES.reduce((x, node) => {
    const score = given.scores?.[node];
    const text = score === null ? null : String(score ?? GOOD);
    const ping = given.ping?.[node];
    const scored = drbds(cib).reduce((y, id) => attribute(y, node, `master-${id}`, text), x);
    return attribute(scored, node, "pingd", ping === undefined ? REACHED : ping);
  }, cib);
}

/** Fail counts as the controller notes them: crm_simulate counts a failed start as one, the controller as INFINITY. */
export function withFailures(cib: Xml, given: Given["failures"]): Xml {
  const now = String(Math.floor(Date.now() / 1_000));
  const all = Object.entries(given ?? {}).flatMap(([node, counts]) =>
    Object.entries(counts).flatMap(([operation, count]): [string, string, string][] => [
      [node, `fail-count-${operation}`, count],
      [node, `last-failure-${operation}`, now],
    ]),
  );
  return all.reduce((x, [node, name, value]) => attribute(x, node, name, value), cib);
}

/** Membership as the cluster notes it. */
const STATES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  offline: { in_ccm: "false", crmd: "offline", join: "down", expected: "down" },
  lost: { in_ccm: "false", crmd: "offline", join: "down", expected: "member" },
  pending: { in_ccm: "true", crmd: "online", join: "pending", expected: "member" },
};

function withNode(cib: Xml, node: string, state: string): Xml {
  if (state === "unseen")
    return edit(cib, (x) =>
      x.name === "status" ? { ...x, children: x.children.filter((s) => !isNode(s, node)) } : undefined,
    );
  // As the controller of a node notes when it is told to stop.
  if (state === "leaving") return attribute(cib, node, "shutdown", "1700000000");
  const membership = STATES[state];
  return edit(cib, (x) => {
    if (membership) return isNode(x, node) ? { ...x, attrs: { ...x.attrs, ...membership } } : undefined;
    const id = x.attrs["id"] ?? "";
    return x.name === "node" && x.attrs["uname"] === node
      ? put(x, "instance_attributes", `nodes-${id}`, state, "true")
      : undefined;
  });
}

function withValues(cib: Xml, setName: string, given: Given["meta"]): Xml {
  return Object.entries(given ?? {}).reduce(
    (all, [id, values]) =>
      edit(all, (x) =>
        x.attrs["id"] === id && ["primitive", "group", "clone"].includes(x.name)
          ? Object.entries(values).reduce((y, [k, v]) => put(y, setName, `${id}-${setName}`, k, v), x)
          : undefined,
      ),
    cib,
  );
}

const earlier = (time: string, seconds: number): string =>
  /^\d+$/.test(time) && time !== "0" ? String(Number(time) - seconds) : time;

/** As if everything that the cluster remembers had happened so many seconds earlier. */
function aged(cib: Xml, seconds: number): Xml {
  return edit(cib, (x) => {
    if (x.name === "lrm_rsc_op") {
      const times = ["last-rc-change", "last-run"].flatMap((k) =>
        x.attrs[k] ? [[k, earlier(x.attrs[k], seconds)]] : [],
      );
      return { ...x, attrs: { ...x.attrs, ...(Object.fromEntries(times) as Record<string, string>) } };
    }
    return x.attrs["name"]?.startsWith("last-failure-")
      ? { ...x, attrs: { ...x.attrs, value: earlier(x.attrs["value"] ?? "", seconds) } }
      : undefined;
  });
}

/** The CIB as the scenario has it when Pacemaker is asked; but for what runs of crm_simulate bring about. */
export function withGiven(cib: Xml, given: Given): Xml {
  const attributes = given.scores || given.ping ? withAttributes(cib, given) : cib;
  const then = given.later === undefined ? attributes : aged(attributes, given.later);
  const nodes = Object.entries(given.nodes ?? {}).reduce((x, [n, state]) => withNode(x, n, state), then);
  const meta = withValues(nodes, "meta_attributes", given.meta);
  const params = withValues(meta, "instance_attributes", given.params);
  const added = given.constraints?.map((c) => parseXml(c));
  const constraints = added
    ? edit(params, (x) => (x.name === "constraints" ? { ...x, children: [...x.children, ...added] } : undefined))
    : params;
  const options = Object.entries(given.properties ?? {}).reduce(
    (x, [name, value]) => withProperty({ ...parseCib("<cib/>"), xml: x }, name, value),
    constraints,
  );
  // As the cluster itself notes it; the option --quorum of 2.1.5 has no effect on a file.
  return given.quorum === false ? { ...options, attrs: { ...options.attrs, "have-quorum": "0" } } : options;
}

import { nvset } from "./nvset";
import type { Alert, Clone, Colocation, Element, Group, Level, Location, Operation, Order, Primitive } from "./spec";
import type { Xml } from "./xml";
import { element } from "./xml";

/** What differs between the schemas that a running cluster may have. */
export interface Dialect {
  /** Promoted and Unpromoted; before schema pacemaker-3.7 (Pacemaker 2.1) Master and Slave. */
  readonly newRoles: boolean;
}

/** By the CIB's own `validate-with`, which is never changed: an upgrade of the schema is the operator's. */
export function dialectOf(validateWith: string): Dialect {
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(validateWith) ?? [];
  return { newRoles: Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 7) };
}

/** Meta attributes that an operator has set, by element id: they go into what is rendered. */
export type OperatorMeta = ReadonlyMap<string, Readonly<Record<string, string>>>;

interface Context {
  readonly dialect: Dialect;
  readonly elements: Readonly<Record<string, Element>>;
  readonly operator: OperatorMeta;
}

const OLD: Readonly<Record<string, string>> = { Promoted: "Master", Unpromoted: "Slave" };
const roleName = (c: Context, role: string | undefined): string | undefined =>
  role === undefined || c.dialect.newRoles ? role : (OLD[role] ?? role);

const metaOf = (c: Context, id: string, meta: Readonly<Record<string, string>>): Xml[] =>
  nvset("meta_attributes", `${id}-meta_attributes`, { ...meta, ...c.operator.get(id) });

export const operationId = (id: string, op: Pick<Operation, "name" | "interval">): string =>
  `${id}-${op.name}-${op.interval}`;

function operation(c: Context, id: string, op: Operation): Xml {
  const own = operationId(id, op);
  return element(
    "op",
    {
      id: own,
      name: op.name,
      interval: op.interval,
      timeout: op.timeout,
      role: roleName(c, op.role),
      "on-fail": op.onFail,
      "start-delay": op.startDelay,
      enabled: op.enabled === undefined ? undefined : String(op.enabled),
    },
    nvset("instance_attributes", `${own}-instance_attributes`, op.params),
  );
}

function primitive(c: Context, id: string, p: Primitive): Xml {
  const [cls, ...names] = p.agent.split(":") as [string, ...string[]];
  const provider = cls === "ocf" ? names.shift() : undefined;
  const operations = p.operations.map((o) => operation(c, id, o));
  return element("primitive", { id, class: cls, provider, type: names.join(":") }, [
    ...nvset("instance_attributes", `${id}-instance_attributes`, p.params),
    ...metaOf(c, id, p.meta),
    ...(operations.length > 0 ? [element("operations", {}, operations)] : []),
  ]);
}

/** Groups hold primitives, clones hold either; what else is named there is not rendered, so that no circle can be. */
function inside(c: Context, e: Group | Clone): Xml[] {
  const ids = e.kind === "group" ? e.members : [e.child];
  return ids.flatMap((id) => {
    const found = c.elements[id];
    if (found?.kind === "primitive") return [primitive(c, id, found)];
    return e.kind === "clone" && found?.kind === "group" ? [resource(c, id, found)] : [];
  });
}

function resource(c: Context, id: string, e: Primitive | Group | Clone): Xml {
  if (e.kind === "primitive") return primitive(c, id, e);
  return element(e.kind, { id }, [...metaOf(c, id, e.meta), ...inside(c, e)]);
}

function location(c: Context, id: string, l: Location): Xml {
  const rules = (l.rules ?? []).map((r, i) => {
    const ruleId = i === 0 ? `${id}-rule` : `${id}-rule-${i}`;
    const expressions = r.expressions.map((e, j) =>
      element("expression", { id: j === 0 ? `${ruleId}-expression` : `${ruleId}-expression-${j}`, ...e }),
    );
    const attrs = { id: ruleId, role: roleName(c, r.role), score: r.score, "boolean-op": r.booleanOp };
    return element("rule", attrs, expressions);
  });
  return element(
    "rsc_location",
    { id, rsc: l.resource, role: roleName(c, l.role), node: l.node, score: l.score },
    rules,
  );
}

const colocation = (c: Context, id: string, e: Colocation): Xml =>
  element("rsc_colocation", {
    id,
    score: e.score,
    rsc: e.resource,
    "rsc-role": roleName(c, e.role),
    "with-rsc": e.withResource,
    "with-rsc-role": roleName(c, e.withRole),
  });

const order = (id: string, e: Order): Xml =>
  element("rsc_order", {
    id,
    kind: e.strength,
    first: e.first,
    "first-action": e.firstAction,
    then: e.then,
    "then-action": e.thenAction,
    symmetrical: e.symmetrical ? undefined : "false",
  });

function alert(c: Context, id: string, e: Alert): Xml {
  const recipients = e.recipients.map((value, i) => element("recipient", { id: `${id}-recipient-${i + 1}`, value }));
  return element("alert", { id, path: e.path }, [
    ...nvset("instance_attributes", `${id}-instance_attributes`, e.params),
    ...metaOf(c, id, e.meta),
    ...recipients,
  ]);
}

const level = (id: string, e: Level): Xml =>
  element("fencing-level", { id, target: e.target, index: String(e.index), devices: e.devices.join(",") });

export const SECTIONS = ["resources", "constraints", "fencing-topology", "alerts"] as const;
export type Section = (typeof SECTIONS)[number];

export function sectionOf(e: Element): Section {
  switch (e.kind) {
    case "alert":
      return "alerts";
    case "level":
      return "fencing-topology";
    case "primitive":
    case "group":
    case "clone":
      return "resources";
    default:
      return "constraints";
  }
}

function one(c: Context, id: string, e: Element): Xml {
  switch (e.kind) {
    case "location":
      return location(c, id, e);
    case "colocation":
      return colocation(c, id, e);
    case "order":
      return order(id, e);
    case "alert":
      return alert(c, id, e);
    case "level":
      return level(id, e);
    default:
      return resource(c, id, e);
  }
}

const isFence = (e: Element | undefined): boolean => e?.kind === "primitive" && e.agent.startsWith("stonith:");

/** The CIB's elements of one section, those inside others in their place; fence devices first, then by id. */
export function renderSection(
  section: Section,
  elements: Readonly<Record<string, Element>>,
  dialect: Dialect,
  operator: OperatorMeta = new Map(),
): Xml[] {
  const nested = new Set(
    Object.values(elements).flatMap((e) => (e.kind === "group" ? e.members : e.kind === "clone" ? [e.child] : [])),
  );
  const rank = (e: Element): number => (isFence(e) ? 0 : 1);
  return Object.entries(elements)
    .filter(([id, e]) => sectionOf(e) === section && !nested.has(id))
    .sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1))
    .map(([id, e]) => one({ dialect, elements, operator }, id, e));
}

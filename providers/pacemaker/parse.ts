import { concealed } from "./kept";
import { canonicalOptions } from "./names";
import { pairs } from "./nvset";
import { ownedMeta } from "./owners";
import type { Element, ElementInput } from "./spec";
import { elementSchema } from "./spec";
import type { Xml } from "./xml";
import { child, childrenOf, formatXml } from "./xml";

/** What an element has beside the attributes and children that are understood. */
function rest(x: Xml, attrs: readonly string[], children: readonly string[]): string[] {
  const extra = Object.entries(x.attrs).filter(([k]) => k !== "id" && k !== "description" && !attrs.includes(k));
  const others = x.children.filter((c) => !children.includes(c.name));
  return [...extra.map(([k, v]) => `${x.name} ${k}="${v}"`), ...others.map((c) => formatXml(c).trim())];
}

/** Meta attributes without those that an operator sets. */
function meta(x: Xml): Record<string, string> {
  return Object.fromEntries(
    Object.entries(canonicalOptions(pairs(x, "meta_attributes").values)).filter(([k]) => !ownedMeta(k)),
  );
}

/** The meta attributes that an operator has set on an element. */
export function operatorMeta(x: Xml): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs(x, "meta_attributes").values).filter(([k]) => ownedMeta(k)));
}

const params = (x: Xml): Readonly<Record<string, string>> => pairs(x, "instance_attributes").values;
const specials = (x: Xml): string[] => [
  ...pairs(x, "meta_attributes").special,
  ...pairs(x, "instance_attributes").special,
];

function made<T extends ElementInput>(element: T, handMade: readonly string[]): Element {
  return elementSchema.parse(handMade.length > 0 ? { ...element, handMade: [...handMade] } : element);
}

const bool = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : /^(true|1|yes|on|y)$/i.test(text);

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined)) as T;
}

const OP = ["name", "interval", "timeout", "role", "on-fail", "start-delay", "enabled"];

function operation(x: Xml): object {
  return defined({
    name: x.attrs["name"],
    interval: x.attrs["interval"],
    timeout: x.attrs["timeout"],
    role: x.attrs["role"],
    onFail: x.attrs["on-fail"],
    startDelay: x.attrs["start-delay"],
    enabled: bool(x.attrs["enabled"]),
    params: params(x),
  });
}

function primitive(x: Xml): Element {
  const operations = childrenOf(child(x, "operations"), "op");
  const { class: cls = "", provider, type = "" } = x.attrs;
  const agent = provider === undefined ? `${cls}:${type}` : `${cls}:${provider}:${type}`;
  const extra = [
    ...rest(x, ["class", "provider", "type"], ["instance_attributes", "meta_attributes", "operations"]),
    ...specials(x),
    ...operations.flatMap((o) => [...rest(o, OP, ["instance_attributes"]), ...pairs(o, "instance_attributes").special]),
  ];
  const input = {
    kind: "primitive",
    agent,
    params: concealed(agent, params(x)),
    operations: operations.map(operation),
    meta: meta(x),
  };
  return made(input as ElementInput, extra);
}

function group(x: Xml): Element {
  const members = childrenOf(x, "primitive").map((p) => p.attrs["id"] ?? "");
  const extra = [...rest(x, [], ["meta_attributes", "primitive"]), ...specials(x)];
  return made({ kind: "group", members, meta: meta(x) }, extra);
}

/** `<master>` is what Pacemaker before 2.0 had for a promotable clone; it means the same. */
function clone(x: Xml): Element {
  const inner = child(x, "primitive") ?? child(x, "group");
  const own = x.name === "master" ? { promotable: "true", ...meta(x) } : meta(x);
  const extra = [...rest(x, [], ["meta_attributes", "primitive", "group"]), ...specials(x)];
  return made({ kind: "clone", child: inner?.attrs["id"] ?? "", meta: own }, extra);
}

function rule(x: Xml): { spec: object; extra: string[] } {
  const expressions = childrenOf(x, "expression");
  const spec = defined({
    role: x.attrs["role"],
    score: x.attrs["score"] ?? "0",
    booleanOp: x.attrs["boolean-op"],
    expressions: expressions.map(({ attrs: a }) =>
      defined({ attribute: a["attribute"], operation: a["operation"], value: a["value"], type: a["type"] }),
    ),
  });
  const extra = [
    ...rest(x, ["role", "score", "boolean-op"], ["expression"]),
    ...expressions.flatMap((e) => rest(e, ["attribute", "operation", "value", "type"], [])),
  ];
  return { spec, extra };
}

function location(x: Xml): Element {
  const rules = childrenOf(x, "rule").map(rule);
  const input = defined({
    kind: "location",
    resource: x.attrs["rsc"],
    role: x.attrs["role"],
    node: x.attrs["node"],
    score: x.attrs["score"],
    rules: rules.length > 0 ? rules.map((r) => r.spec) : undefined,
  });
  const extra = [...rest(x, ["rsc", "role", "node", "score"], ["rule"]), ...rules.flatMap((r) => r.extra)];
  return made(input as ElementInput, extra);
}

function colocation(x: Xml): Element {
  const a = x.attrs;
  const input = defined({
    kind: "colocation",
    score: a["score"],
    resource: a["rsc"],
    role: a["rsc-role"],
    withResource: a["with-rsc"],
    withRole: a["with-rsc-role"],
  });
  return made(input as ElementInput, rest(x, ["score", "rsc", "rsc-role", "with-rsc", "with-rsc-role"], []));
}

function order(x: Xml): Element {
  const a = x.attrs;
  const byScore = a["score"] === undefined ? undefined : /^-?0*$/.test(a["score"]) ? "Optional" : "Mandatory";
  const input = defined({
    kind: "order",
    strength: a["kind"] ?? byScore,
    first: a["first"],
    firstAction: a["first-action"],
    then: a["then"],
    thenAction: a["then-action"],
    symmetrical: bool(a["symmetrical"]),
  });
  const known = ["kind", "score", "first", "first-action", "then", "then-action", "symmetrical"];
  return made(input as ElementInput, rest(x, known, []));
}

function alert(x: Xml): Element {
  const recipients = childrenOf(x, "recipient");
  const input = {
    kind: "alert",
    path: x.attrs["path"],
    recipients: recipients.map((r) => r.attrs["value"] ?? ""),
    params: params(x),
    meta: meta(x),
  };
  const extra = [
    ...rest(x, ["path"], ["recipient", "instance_attributes", "meta_attributes"]),
    ...specials(x),
    ...recipients.flatMap((r) => rest(r, ["value"], [])),
  ];
  return made(input as ElementInput, extra);
}

function level(x: Xml): Element {
  const { target = "", index = "", devices = "" } = x.attrs;
  const input = { kind: "level" as const, target, index: Number(index), devices: devices.split(",") };
  return made(input, rest(x, ["target", "index", "devices"], []));
}

/** By a pattern or an attribute, or with a number that Pacemaker itself does not take: a spec has no word for it. */
const plainLevel = ({ attrs }: Xml): boolean => attrs["target"] !== undefined && /^[1-9]$/.test(attrs["index"] ?? "");

const PARSERS: Readonly<Record<string, (x: Xml) => Element>> = {
  primitive,
  group,
  clone,
  master: clone,
  rsc_location: location,
  rsc_colocation: colocation,
  rsc_order: order,
  alert,
  "fencing-level": level,
};

/** The spec of one CIB element; undefined where a spec has no word for it (templates, bundles, tickets, sets, patterns). */
export function parseElement(x: Xml): Element | undefined {
  const parse = PARSERS[x.name];
  if (!parse || x.attrs["template"] !== undefined) return undefined;
  if (x.name === "fencing-level" && !plainLevel(x)) return undefined;
  if (child(x, "resource_set") || x.attrs["rsc-pattern"] !== undefined) return undefined;
  return parse(x);
}

/** An element and those inside it, by id. */
export function family(x: Xml): Xml[] {
  return [x, ...x.children.filter((c) => c.name === "primitive" || c.name === "group").flatMap(family)];
}

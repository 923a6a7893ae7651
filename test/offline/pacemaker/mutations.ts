import { milliseconds } from "../../../providers/pacemaker/duration";
import { ownedProperty } from "../../../providers/pacemaker/owners";
import type { Xml } from "../../../providers/pacemaker/xml";
import { child, element } from "../../../providers/pacemaker/xml";
import { edit } from "./given";

/** One thing made wrong in a CIB. */
export interface Mutant {
  readonly name: string;
  readonly change: (cib: Xml) => Xml;
}

type Replace = (x: Xml) => readonly Xml[];

/** The tree in which the elements with that id are replaced by what `by` makes of them. */
export function replace(tree: Xml, id: string, by: Replace): Xml {
  const children = tree.children.flatMap((c) =>
    c.attrs["id"] === id && c.name !== "node_state" ? by(c) : [replace(c, id, by)],
  );
  return { ...tree, children };
}

type Change = Mutant["change"];

const without =
  (id: string): Change =>
  (cib) =>
    replace(cib, id, () => []);

const setting =
  (id: string, attr: string, value: string | undefined): Change =>
  (cib) =>
    replace(cib, id, (x) => {
      const { [attr]: _old, ...others } = x.attrs;
      return [element(x.name, { ...others, [attr]: value }, x.children)];
    });

/** Another value of the same sort: twice as much, the opposite. */
function other(value: string): string {
  const ms = milliseconds(value);
  if (value === "true" || value === "false") return value === "true" ? "false" : "true";
  if (/INFINITY$/.test(value)) return "0";
  if (/^\d+$/.test(value)) return String(Number(value) * 2 || 100);
  return ms === undefined ? `not-${value}` : `${(ms * 2) / 1_000}s`;
}

/** What else an attribute with few values can be. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  role: { Promoted: "Unpromoted", Unpromoted: "Promoted" },
  "with-rsc-role": { Promoted: undefined },
  kind: { Mandatory: "Optional" },
  "first-action": { promote: "start" },
  "then-action": { start: "stop" },
  "boolean-op": { or: "and" },
  operation: { not_defined: "defined", lte: "gt" },
  attribute: { pingd: "other" },
  node: { qvddb1: "qvddb2", qvddb2: "qvddb1" },
};

const SKIPPED = new Set(["id", "name", "class", "provider", "type", "rsc", "with-rsc", "first", "then"]);

function attributeMutants(x: Xml, called: string): Mutant[] {
  return Object.entries(x.attrs).flatMap(([attr, value]) => {
    if (SKIPPED.has(attr) || (x.name === "op" && attr === "interval" && value === "0s")) return [];
    const choices = CHOICES[attr];
    if (choices && !(value in choices)) return [];
    const now = choices ? choices[value] : other(value);
    const id = x.attrs["id"] ?? "";
    return [
      {
        name: `${called}: ${now === undefined ? `no ${attr}` : `${attr} ${now} instead of ${value}`}`,
        change: setting(id, attr, now),
      },
    ];
  });
}

/** Each name-value pair of the sets of that sort: gone, and with another value. */
function pairMutants(holder: Xml | undefined, set: string, called: string): Mutant[] {
  const pairs = (holder?.children ?? []).filter((s) => s.name === set).flatMap((s) => s.children);
  return pairs.flatMap((p) => {
    const { id = "", name = "", value = "" } = p.attrs;
    if (ownedProperty(name)) return [];
    return [
      { name: `${called}: no ${name}`, change: without(id) },
      { name: `${called}: ${name} ${other(value)} instead of ${value}`, change: setting(id, "value", other(value)) },
    ];
  });
}

function operationMutants(primitive: Xml): Mutant[] {
  return (child(primitive, "operations")?.children ?? []).flatMap((op) => {
    const called = `${primitive.attrs["id"]} ${op.attrs["name"]}${op.attrs["interval"] === "0s" ? "" : ` ${op.attrs["interval"]}`}`;
    return [
      { name: `${called}: gone`, change: without(op.attrs["id"] ?? "") },
      ...attributeMutants(op, called),
      ...pairMutants(op, "instance_attributes", called),
    ];
  });
}

function constraintMutants(x: Xml): Mutant[] {
  const id = x.attrs["id"] ?? "";
  const inside = (y: Xml): Mutant[] => {
    const called =
      y === x ? id : `${id}, ${y.name} ${y.attrs["attribute"] ?? ""} ${y.attrs["operation"] ?? ""}`.trimEnd();
    const single = x.children.flatMap((c) => c.children).length < 2;
    const gone =
      y.name === "expression" && !single ? [{ name: `${called}: gone`, change: without(y.attrs["id"] ?? "") }] : [];
    return [...gone, ...attributeMutants(y, called), ...y.children.flatMap(inside)];
  };
  const swapped = (a: string, b: string): Mutant[] =>
    x.attrs[a] === undefined || x.attrs[b] === undefined
      ? []
      : [
          {
            name: `${id}: ${a} and ${b} swapped`,
            change: (cib) => setting(id, b, x.attrs[a])(setting(id, a, x.attrs[b])(cib)),
          },
        ];
  return [
    { name: `${id}: gone`, change: without(id) },
    ...inside(x),
    ...swapped("rsc", "with-rsc"),
    ...swapped("first", "then"),
  ];
}

function groupMutants(group: Xml): Mutant[] {
  const id = group.attrs["id"] ?? "";
  const rest = group.children.filter((c) => c.name !== "primitive");
  const members = group.children.filter((c) => c.name === "primitive");
  const swap = members.slice(1).map((m, i) => {
    const order = [...members];
    [order[i], order[i + 1]] = [m, members[i] as Xml];
    const name = `${id}: ${m.attrs["id"]} before ${members[i]?.attrs["id"]}`;
    return { name, change: (cib: Xml) => replace(cib, id, (x) => [{ ...x, children: [...rest, ...order] }]) };
  });
  const outside = members.map((m) => ({
    name: `${id}: ${m.attrs["id"]} outside of it`,
    change: (cib: Xml) =>
      replace(cib, id, (x) => [m, { ...x, children: x.children.filter((c) => c.attrs["id"] !== m.attrs["id"]) }]),
  }));
  return [...swap, ...outside];
}

const refersTo = (x: Xml, id: string): boolean => ["rsc", "with-rsc", "first", "then"].some((a) => x.attrs[a] === id);

function resourceMutants(x: Xml): Mutant[] {
  const id = x.attrs["id"] ?? "";
  const own = pairMutants(x, "meta_attributes", id);
  if (x.name === "primitive") {
    const alone = (cib: Xml): Xml =>
      edit(without(id)(cib), (y) =>
        y.name === "constraints" ? { ...y, children: y.children.filter((c) => !refersTo(c, id)) } : undefined,
      );
    return [{ name: `${id}: gone, with its constraints`, change: alone }, ...own, ...operationMutants(x)];
  }
  const inner = x.children.filter((c) => c.name === "primitive");
  return [
    ...own,
    ...(x.name === "group" ? groupMutants(x) : []),
    ...inner.flatMap((p) => [...pairMutants(p, "meta_attributes", p.attrs["id"] ?? ""), ...operationMutants(p)]),
  ];
}

/** Every constraint, option, meta attribute and operation of a CIB: gone, and with each of its attributes changed; groups in another order, and without each member. */
export function mutations(cib: Xml): Mutant[] {
  const configuration = child(cib, "configuration");
  const section = (name: string): Xml | undefined => child(configuration, name);
  return [
    ...pairMutants(section("crm_config"), "cluster_property_set", "options"),
    ...pairMutants(section("rsc_defaults"), "meta_attributes", "defaults"),
    ...pairMutants(section("op_defaults"), "meta_attributes", "operations’ defaults"),
    ...(section("resources")?.children ?? []).flatMap((x) => resourceMutants(x)),
    ...(section("constraints")?.children ?? []).flatMap((x) => constraintMutants(x)),
  ];
}

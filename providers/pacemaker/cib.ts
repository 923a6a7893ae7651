import { restored } from "./kept";
import { canonicalOptions, canonicalValue } from "./names";
import { editOptions, pairs } from "./nvset";
import type { Foreign } from "./owners";
import { foreign, isHeld, ownedConstraint, ownedProperty } from "./owners";
import { family, operatorMeta, parseElement } from "./parse";
import type { OperatorMeta, Section } from "./render";
import { dialectOf, renderSection, SECTIONS } from "./render";
import type { Configuration, Element } from "./spec";
import type { Xml } from "./xml";
import { child, element, parseXml, within } from "./xml";

/** A CIB as `cibadmin --query` gives it. */
export interface Cib {
  readonly xml: Xml;
  /** Counts changes of the configuration; with `adminEpoch` it names one version of it. */
  readonly epoch: string;
  readonly adminEpoch: string;
  /** The schema, as in `pacemaker-3.9`. */
  readonly validateWith: string;
  readonly featureSet: string;
}

/** @throws Error when it is no CIB */
export function parseCib(text: string): Cib {
  const xml = parseXml(text);
  if (xml.name !== "cib") throw new Error(`expected a CIB, got <${xml.name}>`);
  const a = xml.attrs;
  return {
    xml,
    epoch: a["epoch"] ?? "0",
    adminEpoch: a["admin_epoch"] ?? "0",
    validateWith: a["validate-with"] ?? "",
    featureSet: a["crm_feature_set"] ?? "",
  };
}

/** Where each kind of option lives: section, set, and the id of a set that we make. */
const OPTIONS = {
  properties: ["crm_config", "cluster_property_set", "cib-bootstrap-options"],
  resourceDefaults: ["rsc_defaults", "meta_attributes", "rsc-options"],
  operationDefaults: ["op_defaults", "meta_attributes", "op-options"],
} as const;
type OptionKind = keyof typeof OPTIONS;
const OPTION_KINDS = Object.keys(OPTIONS) as OptionKind[];

const configurationOf = (cib: Cib): Xml => child(cib.xml, "configuration") ?? element("configuration");
const kept = (kind: OptionKind, name: string): boolean => kind === "properties" && ownedProperty(name);

/** A top-level element that is not ours: of the cluster or its operator, or beyond what a spec can say. */
const isForeign = (x: Xml): boolean => ownedConstraint(x.attrs["id"] ?? "") || parseElement(x) === undefined;

function elementsIn(top: Xml): [string, Element][] {
  return family(top).flatMap((x) => {
    const e = parseElement(x);
    return e ? [[x.attrs["id"] ?? "", e] as [string, Element]] : [];
  });
}

/** What the CIB says, in a spec's words, without what the cluster or its operator owns. */
export function readConfiguration(cib: Cib): Configuration {
  const configuration = configurationOf(cib);
  const options = (kind: OptionKind): Record<string, string> => {
    const [section, set] = OPTIONS[kind];
    const { values } = pairs(child(configuration, section), set);
    return canonicalOptions(Object.fromEntries(Object.entries(values).filter(([name]) => !kept(kind, name))));
  };
  const tops = SECTIONS.flatMap((s) => child(configuration, s)?.children ?? []).filter((x) => !isForeign(x));
  return {
    properties: options("properties"),
    resourceDefaults: options("resourceDefaults"),
    operationDefaults: options("operationDefaults"),
    elements: Object.fromEntries(tops.flatMap(elementsIn)),
  };
}

/** Everything in the configuration that is kept because it is not ours. */
export function foreignParts(cib: Cib): Foreign[] {
  const configuration = configurationOf(cib);
  const tops = SECTIONS.flatMap((s) => child(configuration, s)?.children ?? []);
  const constraints = tops.filter(isForeign).map((x) => foreign(x));
  const metas = tops.filter((x) => !isForeign(x)).flatMap(family);
  const operators = metas.flatMap((x) =>
    Object.entries(operatorMeta(x)).map(([k, v]) => ({ id: x.attrs["id"] ?? "", what: "meta", detail: `${k}=${v}` })),
  );
  const properties = Object.entries(pairs(child(configuration, "crm_config"), "cluster_property_set").values)
    // A mere time of day, which would make every clean-up look like a change.
    .filter(([name]) => ownedProperty(name) && name !== "last-lrm-refresh")
    .map(([name, value]) => ({ id: name, what: "property", detail: value }));
  const nodes = (child(configuration, "nodes")?.children ?? []).flatMap((n) =>
    Object.entries(pairs({ ...n, children: n.children.filter((x) => !isHeld(x)) }, "instance_attributes").values).map(
      ([k, v]) => ({
        id: n.attrs["uname"] ?? "",
        what: "node attribute",
        detail: `${k}=${v}`,
      }),
    ),
  );
  const OURS: readonly string[] = ["nodes", ...SECTIONS, ...OPTION_KINDS.map((k) => OPTIONS[k][0])];
  const sections = configuration.children
    .filter((s) => !OURS.includes(s.name))
    .flatMap((s) => s.children.map((x) => foreign(x)));
  return [...constraints, ...operators, ...properties, ...nodes, ...sections];
}

/** Text that is equal exactly where two values are. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** Secrets that are to be kept, put back into what is written. */
const withSecrets = (elements: Configuration["elements"], there: ReadonlyMap<string, Xml>): Configuration["elements"] =>
  Object.fromEntries(
    Object.entries(elements).map(([id, e]) =>
      e.kind === "primitive"
        ? [id, { ...e, params: restored(id, e.params, pairs(there.get(id), "instance_attributes").values) }]
        : [id, e],
    ),
  );

const sameMeaning = (a: Xml, b: Xml): boolean => canonical(elementsIn(a)) === canonical(elementsIn(b));

/** What is within a changed element and is as wanted itself stays as it stands, under the ids that somebody gave it. */
const graft = (fresh: Xml, there: ReadonlyMap<string, Xml>): Xml => ({
  ...fresh,
  children: fresh.children.map((c) => {
    if (c.name !== "primitive" && c.name !== "group") return c;
    const old = there.get(c.attrs["id"] ?? "");
    return old?.name === c.name && sameMeaning(old, c) ? old : graft(c, there);
  }),
});

/** Top-level elements: ours as wanted, those that are so already untouched, foreign ones kept in place. */
function mergeSection(now: Xml, section: Section, wanted: Configuration, validateWith: string): Xml {
  const operator: OperatorMeta = new Map(
    now.children.flatMap(family).map((x) => [x.attrs["id"] ?? "", operatorMeta(x)] as const),
  );
  const there = new Map(now.children.flatMap(family).map((x) => [x.attrs["id"] ?? "", x] as const));
  const elements = section === "resources" ? withSecrets(wanted.elements, there) : wanted.elements;
  const rendered = renderSection(section, elements, dialectOf(validateWith), operator);
  const byId = new Map(rendered.map((x) => [x.attrs["id"] ?? "", x]));
  const children = now.children.flatMap((x) => {
    if (isForeign(x)) return [x];
    const id = x.attrs["id"] ?? "";
    const fresh = byId.get(id);
    if (!fresh) return [];
    byId.delete(id);
    return [sameMeaning(x, fresh) ? x : graft(fresh, there)];
  });
  return { ...now, children: [...children, ...byId.values()] };
}

const idsIn = (resources: Xml | undefined): Set<string> =>
  new Set((resources?.children ?? []).flatMap(family).map((x) => x.attrs["id"] ?? ""));

const refers = (x: Xml): string[] => ["rsc", "with-rsc", "first", "then"].flatMap((a) => x.attrs[a] ?? []);

/** The CIB with our part as wanted and the rest as it was. A foreign constraint goes only together with the resource that it speaks of. */
export function merge(cib: Cib, wanted: Configuration): Xml {
  const before = configurationOf(cib);
  const replaced = new Map<string, Xml>();
  for (const kind of OPTION_KINDS) {
    const [name, set, setId] = OPTIONS[kind];
    const now = child(before, name) ?? element(name);
    const same = (n: string, a: string, b: string): boolean => a === canonicalValue(n, b);
    replaced.set(
      name,
      editOptions(now, set, setId, wanted[kind], same, (n) => kept(kind, n)),
    );
  }
  for (const section of SECTIONS)
    replaced.set(section, mergeSection(child(before, section) ?? element(section), section, wanted, cib.validateWith));
  const gone = idsIn(child(before, "resources"));
  for (const id of idsIn(replaced.get("resources"))) gone.delete(id);
  const constraints = replaced.get("constraints") as Xml;
  replaced.set("constraints", {
    ...constraints,
    children: constraints.children.filter((x) => !refers(x).some((r) => gone.has(r))),
  });
  const children = before.children.map((c) => {
    const fresh = replaced.get(c.name);
    replaced.delete(c.name);
    return fresh ?? c;
  });
  const added = [...replaced.values()].filter((x) => x.children.length > 0);
  const configuration = { ...before, children: [...children, ...added] };
  return within(cib.xml, "configuration", () => configuration);
}

/** Without the status section, and without the counter that moves with it (the schema wants the attribute to be there). */
export function withoutStatus(xml: Xml): Xml {
  return { ...within(xml, "status", () => element("status")), attrs: { ...xml.attrs, num_updates: "0" } };
}

/** The CIB with one cluster option set and nothing else touched. */
export function withProperty(cib: Cib, name: string, value: string): Xml {
  const [section, set, setId] = OPTIONS.properties;
  const equal = (_n: string, a: string, b: string): boolean => a === b;
  const edit = (s: Xml): Xml => editOptions(s, set, setId, { [name]: value }, equal, (n) => n !== name);
  const before = configurationOf(cib);
  const has = child(before, section) !== undefined;
  const children = has
    ? before.children.map((c) => (c.name === section ? edit(c) : c))
    : [edit(element(section)), ...before.children];
  const configuration = { ...before, children };
  return within(cib.xml, "configuration", () => configuration);
}

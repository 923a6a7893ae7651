import type { Finding } from "../kind";
import { covers, watchdogSeconds } from "./fencing";
import { secretNames } from "./kept";
import { ownedConstraint, ownedMeta, ownedProperty } from "./owners";
import { dialectOf, renderSection, SECTIONS } from "./render";
import type { Element, PacemakerSpec } from "./spec";
import type { Xml } from "./xml";

type Elements = Readonly<Record<string, Element>>;

const finding = (property: string, reason: string): Finding => ({ property, reason });

/** Names that must be something: what is referred to, and as which kinds. */
function references(id: string, e: Element): [property: string, target: string, kinds: readonly string[]][] {
  const at = `elements.${id}`;
  const any = ["primitive", "group", "clone"];
  switch (e.kind) {
    case "group":
      return e.members.map((m, i) => [`${at}.members.${i}`, m, ["primitive"]]);
    case "clone":
      return [[`${at}.child`, e.child, ["primitive", "group"]]];
    case "location":
      return [[`${at}.resource`, e.resource, any]];
    case "colocation":
      return [
        [`${at}.resource`, e.resource, any],
        [`${at}.withResource`, e.withResource, any],
      ];
    case "order":
      return [
        [`${at}.first`, e.first, any],
        [`${at}.then`, e.then, any],
      ];
    case "level":
      return e.devices.map((d, i) => [`${at}.devices.${i}`, d, ["primitive"]]);
    default:
      return [];
  }
}

function dangling(elements: Elements): Finding[] {
  return Object.entries(elements).flatMap(([id, e]) =>
    references(id, e).flatMap(([property, target, kinds]) => {
      const kind = elements[target]?.kind;
      if (kind && kinds.includes(kind)) return [];
      return [
        finding(property, `"${target}" is ${kind ? `a ${kind}` : "nowhere defined"}: name a ${kinds.join(" or ")}`),
      ];
    }),
  );
}

const insideOf = (e: Element): readonly string[] =>
  e.kind === "group" ? e.members : e.kind === "clone" ? [e.child] : [];

function sharedIds(elements: Elements): Set<string> {
  const all = Object.values(elements).flatMap(insideOf);
  return new Set(all.filter((id, i) => all.indexOf(id) !== i));
}

function sharedMembers(elements: Elements): Finding[] {
  const owner = new Map<string, string>();
  return Object.entries(elements).flatMap(([id, e]) =>
    insideOf(e).flatMap((m) => {
      const other = owner.get(m);
      owner.set(m, id);
      if (other === undefined) return [];
      return [finding(`elements.${id}`, `"${m}" is in "${other}" already: a resource can be in one place only`)];
    }),
  );
}

const idsOf = (x: Xml): string[] => [
  ...(x.attrs["id"] === undefined ? [] : [x.attrs["id"]]),
  ...x.children.flatMap(idsOf),
];

/** Over everything that is rendered, as the ids of operations and sets are made from those of elements. Whatever stands in two places is told elsewhere. */
function doubleIds(elements: Elements, shared: ReadonlySet<string>): Finding[] {
  const seen = new Set<string>();
  const doubles = new Map<string, string>();
  for (const id of SECTIONS.flatMap((s) => renderSection(s, elements, dialectOf("pacemaker-3.9"))).flatMap(idsOf)) {
    const owner = elements[id] ? id : (Object.keys(elements).find((e) => id.startsWith(`${e}-`)) ?? id);
    if (seen.has(id) && !shared.has(owner) && !doubles.has(owner)) doubles.set(owner, id);
    seen.add(id);
  }
  return [...doubles].map(([owner, id]) =>
    finding(
      `elements.${owner}`,
      `the id "${id}" would be there twice: two operations of a name need different intervals, and ids must differ`,
    ),
  );
}

function fencing(spec: PacemakerSpec): Finding[] {
  const all = Object.entries(spec.elements);
  const isDevice = ([, e]: [string, Element]): boolean => e.kind === "primitive" && e.agent.startsWith("stonith:");
  const services = all.filter((x) => x[1].kind === "primitive" && !isDevice(x));
  if (services.length === 0) return [];
  const found: Finding[] = [];
  if (spec.properties["stonith-enabled"] === "false")
    found.push(
      finding(
        "properties.stonith-enabled",
        "is false: without fencing a split cluster writes to both disks; set it to true",
      ),
    );
  const devices = all.filter(isDevice).map(([id, e]) => [id, covers(e)] as const);
  for (const node of Object.keys(spec.connections)) {
    if (
      watchdogSeconds(spec.properties) === 0 &&
      !devices.some(([, targets]) => targets === "any" || targets.includes(node))
    )
      found.push(
        finding("elements", `no fence device for ${node}: add a stonith: primitive whose pcmk_host_list has it`),
      );
    for (const [id, targets] of devices) {
      if (targets === "any" || targets.length !== 1 || targets[0] !== node) continue;
      const away = all.some(
        ([, e]) => e.kind === "location" && e.resource === id && e.node === node && e.score === "-INFINITY",
      );
      if (!away)
        found.push(
          finding(
            `elements.${id}`,
            `fences ${node} and may run there: add a location with score -INFINITY for ${node}`,
          ),
        );
    }
  }
  return found;
}

/** Levels of fencing, as the fencer would take them: a node's levels in their order, of devices that fence it. */
function levels(spec: PacemakerSpec): Finding[] {
  const nodes = Object.keys(spec.connections);
  const places = new Map<string, string>();
  return Object.entries(spec.elements).flatMap(([id, e]) => {
    if (e.kind !== "level") return [];
    const at = `elements.${id}`;
    const place = `${e.target} ${e.index}`;
    const other = places.get(place);
    places.set(place, id);
    const wrong = e.devices.flatMap((d, i): Finding[] => {
      const device = spec.elements[d];
      if (device?.kind !== "primitive") return [];
      const property = `${at}.devices.${i}`;
      if (!device.agent.startsWith("stonith:")) return [finding(property, `"${d}" is no fence device`)];
      const targets = covers(device);
      return targets === "any" || targets.includes(e.target)
        ? []
        : [finding(property, `"${d}" fences ${targets.join(", ")}, not ${e.target}: name a device of ${e.target}`)];
    });
    return [
      ...(nodes.includes(e.target)
        ? []
        : [finding(`${at}.target`, `"${e.target}" is no node: use ${nodes.join(" or ")}`)]),
      ...(other === undefined
        ? []
        : [
            finding(
              `${at}.index`,
              `${e.index} is "${other}" already: every level of ${e.target} has a place of its own`,
            ),
          ]),
      ...wrong,
    ];
  });
}

const promotable = (e: Element | undefined): boolean => e?.kind === "clone" && e.meta["promotable"] === "true";

function promotion(elements: Elements): Finding[] {
  const uses = Object.entries(elements).flatMap(([id, e]): [string, string][] => {
    const role = (r: string | undefined): boolean => r === "Promoted" || r === "Unpromoted";
    const action = (a: string): boolean => a === "promote" || a === "demote";
    switch (e.kind) {
      case "order":
        return [
          ...(action(e.firstAction) ? [[`elements.${id}.firstAction`, e.first] as [string, string]] : []),
          ...(action(e.thenAction) ? [[`elements.${id}.thenAction`, e.then] as [string, string]] : []),
        ];
      case "colocation":
        return [
          ...(role(e.role) ? [[`elements.${id}.role`, e.resource] as [string, string]] : []),
          ...(role(e.withRole) ? [[`elements.${id}.withRole`, e.withResource] as [string, string]] : []),
        ];
      default:
        return [];
    }
  });
  return uses
    .filter(([, target]) => elements[target] && !promotable(elements[target]))
    .map(([property, target]) =>
      finding(property, `"${target}" cannot be promoted: it is no clone with promotable=true`),
    );
}

function own(id: string, e: Element, nodes: readonly string[]): Finding[] {
  const at = `elements.${id}`;
  const found: Finding[] = [];
  if (ownedConstraint(id)) found.push(finding(at, "this id belongs to the running cluster: choose another"));
  if (e.handMade) found.push(finding(`${at}.handMade`, "is only ever read from a cluster: leave it out"));
  if ("meta" in e)
    for (const name of Object.keys(e.meta).filter(ownedMeta))
      found.push(finding(`${at}.meta.${name}`, "belongs to the operator of the running cluster: leave it out"));
  if (e.kind === "primitive")
    for (const params of [e.params, ...e.operations.map((o) => o.params)])
      for (const name of secretNames(e.agent, params))
        found.push(
          finding(
            `${at}.params.${name}`,
            "would be a secret in the CIB, which every cluster client can read: use a file or a script on the nodes",
          ),
        );
  if (e.kind === "location") {
    const byNode = e.node !== undefined && e.score !== undefined;
    const half = (e.node === undefined) !== (e.score === undefined);
    if (half || byNode === (e.rules !== undefined)) found.push(finding(at, "needs either node and score, or rules"));
    if (e.node !== undefined && !nodes.includes(e.node))
      found.push(finding(`${at}.node`, `"${e.node}" is no node: use ${nodes.join(" or ")}`));
    if ((e.rules?.length ?? 0) > 1)
      found.push(
        finding(`${at}.rules`, "has several rules, and Pacemaker 3 takes one per location: make more locations of it"),
      );
    for (const [i, x] of (e.rules ?? []).flatMap((r) => r.expressions).entries())
      if ((x.value === undefined) !== (x.operation === "defined" || x.operation === "not_defined"))
        found.push(
          finding(
            `${at}.rules.expressions.${i}`,
            `${x.operation} ${x.value === undefined ? "needs a value" : "takes no value"}`,
          ),
        );
  }
  return found;
}

// eslint-disable-next-line no-control-regex -- they are what is refused
const UNSPEAKABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** XML has no way to write them, so the whole configuration would be refused. */
const unspeakable = (property: string, value: unknown): Finding[] => {
  const texts = (v: unknown): string[] =>
    v !== null && typeof v === "object" ? Object.entries(v).flatMap(([k, x]) => [k, ...texts(x)]) : [String(v)];
  return texts(value).some((t) => UNSPEAKABLE.test(t))
    ? [finding(property, "has a control character in it, which XML cannot carry: take it out")]
    : [];
};

/** All rules between the parts of a configuration. */
export function rules(spec: PacemakerSpec): Finding[] {
  const nodes = Object.keys(spec.connections);
  const properties = Object.keys(spec.properties).filter(ownedProperty);
  const ignore = spec.properties["no-quorum-policy"] === "ignore";
  return [
    ...properties.map((n) =>
      finding(`properties.${n}`, "belongs to the running cluster or its operator: leave it out"),
    ),
    ...(ignore
      ? [finding("properties.no-quorum-policy", "is ignore: corosync's two_node keeps quorum; leave it out")]
      : []),
    ...(["properties", "resourceDefaults", "operationDefaults"] as const).flatMap((p) => unspeakable(p, spec[p])),
    ...Object.entries(spec.elements).flatMap(([id, e]) => unspeakable(`elements.${id}`, e)),
    ...Object.entries(spec.elements).flatMap(([id, e]) => own(id, e, nodes)),
    ...dangling(spec.elements),
    ...sharedMembers(spec.elements),
    ...doubleIds(spec.elements, sharedIds(spec.elements)),
    ...promotion(spec.elements),
    ...fencing(spec),
    ...levels(spec),
  ];
}

import { createHash } from "node:crypto";
import type { Seen } from "../fact";
import type { Cib } from "./cib";
import { canonical, foreignParts, readConfiguration } from "./cib";
import { cib, status } from "./facts";
import type { Foreign } from "./owners";
import type { Configuration, PacemakerSpec } from "./spec";
import type { ClusterStatus } from "./status";

export const facts = { cib, status };
export type PacemakerSeen = Readonly<Record<string, Seen<typeof facts>>>;

/** The node to act on, and what it knows. */
export interface Spokesman {
  readonly node: string;
  readonly cib: Cib;
  readonly status?: ClusterStatus;
}

/** The first node whose cluster runs; one that has quorum before one that has not. */
export function spokesman(seen: PacemakerSeen): Spokesman | undefined {
  const nodes = Object.entries(seen).flatMap(([node, s]) => (s.cib ? [{ node, cib: s.cib, status: s.status }] : []));
  return nodes.find((n) => n.cib.xml.attrs["have-quorum"] === "1") ?? nodes[0];
}

export const partOf = (s: Configuration): Configuration => ({
  properties: s.properties,
  resourceDefaults: s.resourceDefaults,
  operationDefaults: s.operationDefaults,
  elements: s.elements,
});

/** A short name of a configuration's content, the same for equal meaning. */
export const digest = (c: Configuration): string =>
  createHash("sha256")
    .update(canonical(partOf(c)))
    .digest("hex")
    .slice(0, 16);

/** Nothing of ours in it; options alone do not count, as a new cluster may have some. */
const empty = (c: Configuration): boolean => Object.keys(c.elements).length === 0;

export function live(known: PacemakerSpec, seen: PacemakerSeen): PacemakerSpec | undefined {
  const from = spokesman(seen);
  if (!from) return known;
  const found = readConfiguration(from.cib);
  return empty(found) && !empty(known) ? undefined : { ...known, ...found };
}

export interface Outputs extends Readonly<Record<string, unknown>> {
  /** What is in the configuration and not ours: kept, never compared. */
  readonly foreign: readonly Foreign[];
  /** Of Pacemaker; empty where unknown. */
  readonly version: string;
  /** The schema of the CIB. */
  readonly schema: string;
  readonly featureSet: string;
  /** Changes with the configuration's meaning. */
  readonly digest: string;
}

export function outputs(spec: PacemakerSpec, seen: PacemakerSeen): Outputs {
  const from = spokesman(seen);
  return {
    foreign: from ? foreignParts(from.cib) : [],
    version: from?.status?.version ?? "",
    schema: from?.cib.validateWith ?? "",
    featureSet: from?.cib.featureSet ?? "",
    digest: digest(spec),
  };
}

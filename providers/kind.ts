import type { z } from "zod";
import type { Fact, Facts, Seen } from "./fact";
import type { Connection } from "./remote";
import type { Plan, Prediction } from "./step";

/** What every spec has: where to act. */
export interface Placed {
  /** By node name. */
  readonly connections: Readonly<Record<string, Connection>>;
}

/** A rule broken by a spec. */
export interface Finding {
  /** Path of the property, as in `nodes.qvddb1.disk`. */
  readonly property: string;
  /** Names the value, the rule and the fix. */
  readonly reason: string;
}

/**
 * One kind of object on the nodes: the whole of what this project knows of it. Everything here is pure; the driver does the I/O.
 *
 * `Spec` is what a person wants, normalised; `live` gives the same type read off the nodes, so a difference is a difference of values.
 */
export interface Kind<Spec extends Placed, F extends Facts> {
  /** Name of the kind, as progress lines and errors show it. */
  readonly name: string;
  /** Structure, units, defaults and order: parsing normalises. Unknown keys are refused. */
  readonly schema: z.ZodType<Spec>;
  /** Rules between properties, which the schema alone cannot tell. All of them at once. */
  rules?(spec: Spec): Finding[];
  /** Pulumi's id of the object, and what progress lines call it. */
  id(spec: Spec): string;
  /** What must be known of a node, gathered in one round trip. */
  facts(spec: Spec, node: string): F;
  /** The spec as it is on the nodes; undefined where the object does not exist. `known` gives what cannot be read (connections, a service that is down). */
  live(known: Spec, seen: Readonly<Record<string, Seen<F>>>): Spec | undefined;
  /** What makes the nodes as wanted. Read again after it was run, it must be empty, or the operation fails with what is left. */
  plan(wanted: Spec, seen: Readonly<Record<string, Seen<F>>>): Plan;
  /** What a change would do, asked on this very machine, where the nodes cannot be reached: on a model of a healthy object made from the old spec. */
  rehearse?(old: Spec, wanted: Spec): Fact<Prediction>;
  /** It only waits or asks and changes nothing, so there is nothing to announce. Default: false. */
  readonly harmless?: boolean;
  /** All of its objects ask the nodes the same, so that a refresh asks once for all of them. Default: false. */
  readonly shared?: boolean;
  /** Texts of the programs that it brings to the nodes, as they are whatever the spec's values: one that a newer version of ours changes is a change of the object. No secret. */
  programs?(spec: Spec): readonly string[];
  /** What gives the nodes back: orderly, data kept unless the spec says otherwise by name. */
  remove(spec: Spec, seen: Readonly<Record<string, Seen<F>>>): Plan;
  /** Further outputs, beside the spec itself. Their names must not be those of inputs. `before` has those of the last time, for what a refresh must not change. */
  outputs?(
    spec: Spec,
    seen: Readonly<Record<string, Seen<F>>>,
    before?: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>>;
  /** Names of what `outputs` gives; a refresh must tell inputs from outputs. */
  readonly outputNames?: readonly string[];
  /** Seconds to wait for a node to answer at all when the object is made, for machines that are booting. Default: 0. */
  patienceSeconds?(spec: Spec): number;
  /** How often to read and plan before giving up. Default: 3. */
  readonly rounds?: number;
}

/** A kind of which nothing but the name is known; what registries hold. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyKind = Kind<any, any>;

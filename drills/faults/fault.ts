import type { Action, Role, Who } from "../actions/action";

/** How often: least and most. */
export type Times = readonly [least: number, most: number];

/** Something that `make status` must say while the fault lasts. */
export interface Sign {
  readonly says: string;
  readonly problem: RegExp;
  /** Seconds after the last action. */
  readonly within: number;
  /** Whose: a problem that names the node; of both, one for each. Default: any. */
  readonly of?: Who;
  /** It must be over again: no problem matches any more. Default: it must be there. */
  readonly gone?: true;
  /** So many seconds it must stay so. Default: 0. */
  readonly lasts?: number;
}

/** A message that whoever is told of alerts must get while the fault lasts. */
export interface Telling {
  readonly says: string;
  readonly message: RegExp;
  /** Seconds after the last action; with `since`, after the first fencing: some faults are noticed late, and redundancy is there until then. */
  readonly within: number;
  readonly since?: "fenced";
}

/** What must come of a fault. What every fault demands besides is not repeated here: no write lost, no phantom, invariants, a clean cluster. */
export interface Expectation {
  /** Where the database runs in the end. */
  readonly serves: Role | "either";
  /** How often each is fenced; a node that is not named: never. */
  readonly fenced?: { readonly active?: Times; readonly standby?: Times; readonly together?: Times };
  /** How often DRBD is promoted, on whichever node. Default: never, where the active node goes on serving through it all; else as often as it takes. */
  readonly promotions?: Times;
  /** A node that may not be promoted for a moment, since its data is old. */
  readonly neverPromoted?: Role;
  /** A node that boots in the course of it, though nobody fences it. */
  readonly boots?: Role;
  /** The longest gap between acknowledged writes, in seconds. Default: the bound that the program prints. */
  readonly gapWithin?: number;
  /** While the fault lasts, half of the writes take so many seconds at least, from being sent to their acknowledgement: it was felt. */
  readonly slows?: number;
  /** Writes may wait; none may be refused. */
  readonly refusesNothing?: true;
  /** Seconds for which the fault is left as it is once the service is there, to see that nothing else comes of it. Default: 0. */
  readonly holds?: number;
  readonly shows?: readonly Sign[];
  /** Looked for where the alerts are on. */
  readonly tells?: readonly Telling[];
  /** The right answer is no service, for at least so many seconds. */
  readonly staysDown?: number;
  /** What then brings it back: the operator's documented command, or the end of the cause. Empty: nothing needs to be done. */
  readonly completes?: readonly Action[];
  /** Both nodes are whole again within so many seconds of the fault, or of its end where the drill has to end it. Default: 600. */
  readonly redundantWithin?: number;
  /** Invariants that the fault itself breaks. */
  readonly breaks?: readonly string[];
  /** A node that the fault itself may keep from being sampled while it is up. */
  readonly blinds?: Role;
}

/** Looked at before anything is done: where the script fails, the drill is refused with what it says. Changes nothing on the node. */
export interface Need {
  readonly on: Role;
  readonly script: string;
}

export type Group = "node" | "process" | "network" | "storage" | "fencing" | "planned";

/** One fault: what is done, and what must come of it. */
export interface Fault {
  /** In the list of faults to survive. */
  readonly number: string;
  /** As `drill <name>`. */
  readonly name: string;
  readonly group: Group;
  /** In one sentence. */
  readonly title: string;
  /** `lab`: risks data or the machine itself, and is refused on any cluster that is not the embedded lab's. */
  readonly where: "anywhere" | "lab";
  readonly quick?: true;
  /** What a cluster must have for it to mean anything there. */
  readonly needs?: Need;
  readonly does: readonly Action[];
  readonly expect: Expectation;
}

export const REDUNDANT_WITHIN = 600;
export const ONCE: Times = [1, 1];
export const NEVER: Times = [0, 0];
/** No wandering between the nodes. */
export const ONCE_AT_MOST: Times = [0, 1];

/** The longest gap where nothing is supposed to happen to the service, in seconds: what an emulated machine stutters by itself. */
export const UNDISTURBED = 10;

/** Whether the active node is neither to be fenced nor to go down otherwise: then the service stays with it, and nobody is promoted. */
const undisturbed = ({ does, expect: e }: Fault): boolean =>
  e.serves === "active" &&
  e.staysDown === undefined &&
  e.boots !== "active" &&
  (e.fenced?.active ?? e.fenced?.together) === undefined &&
  !does.some((a) => a.kind === "power" && a.on !== "standby");

/** How often DRBD may be promoted; undefined: as often as it takes. */
export const promotionsOf = (f: Fault): Times | undefined =>
  f.expect.promotions ?? (undisturbed(f) ? NEVER : undefined);

/** How often a node boots by what the fault does to it: the nodes that are switched on, or that are made to boot by themselves. */
export const bootsOf = (f: Fault, role: Role): number => {
  const actions = [...f.does, ...(f.expect.completes ?? [])].filter(
    (a) =>
      "on" in a &&
      (a.on === role || a.on === "both") &&
      ((a.kind === "power" && a.verb === "start") || (a.kind === "script" && a.dies === true)),
  );
  return Math.max(actions.length, f.expect.boots === role ? 1 : 0);
};

import type { Fact } from "./fact";
import type { Command } from "./remote";

/** What a step may do to a service that is running, from harmless to irrevocable. */
export const DANGERS = ["none", "restarts", "moves", "stops", "destroys"] as const;
export type Danger = (typeof DANGERS)[number];

/** What a step does to something that the cluster runs, by name. */
export interface Effect {
  readonly danger: "restarts" | "moves" | "stops";
  /** A resource's id, that of its group or clone where all of it is meant; or the node that is fenced. */
  readonly resource: string;
  /** The group or clone that the resource is in. */
  readonly within?: string;
  /** Whether those who are served now lose their service by it, if only for a moment: then it needs consent. */
  readonly service: boolean;
}

/** What somebody who can know says that a step will do. */
export interface Prediction {
  readonly effects: readonly Effect[];
  /** In the words of who says it, a line each; more than the effects, as what starts is no danger. */
  readonly words: readonly string[];
}

/** One change on one node. A value: planning makes it, the runner runs it, a preview prints it. */
export interface Step {
  readonly node: string;
  /** Why it is needed, in words a person understands without the code: it is what progress and errors say. */
  readonly reason: string;
  readonly command: Command;
  /** Default: none. */
  readonly danger?: Danger;
  /** With danger `destroys`: the very object that is destroyed, as the spec names it (a disk's serial). */
  readonly object?: string;
  /** What it does to what runs, where the plan itself can tell. Default: nothing. */
  readonly effects?: readonly Effect[];
  /** Asked of the step's node before anything is run or announced, where only the node can tell; the answer replaces `effects`. */
  readonly predict?: Fact<Prediction>;
  /** What was said when it was asked. */
  readonly words?: readonly string[];
  /** Changes nothing: it only waits for what is on its way, so that its being due is no difference from what is wanted. */
  readonly waits?: true;
}

/**
 * What must be done. Stages run one after the other; within a stage the nodes run in parallel, each node its steps in order and in one round trip.
 * A plan without steps says why it is empty.
 */
export interface Plan {
  readonly stages: readonly (readonly Step[])[];
  readonly why: string;
}

export const nothing = (why: string): Plan => ({ stages: [], why });

/** A plan of the stages that are not empty; `why` is used where none is left. */
export function plan(stages: readonly (readonly Step[])[], why = "already as wanted"): Plan {
  const filled = stages.filter((s) => s.length > 0);
  return { stages: filled, why: filled.length > 0 ? "" : why };
}

export const steps = (p: Plan): Step[] => p.stages.flat();

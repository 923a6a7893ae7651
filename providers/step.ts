import type { Command } from "./remote";

/** What a step may do to a service that is running, from harmless to irrevocable. */
export const DANGERS = ["none", "restarts", "moves", "stops", "destroys"] as const;
export type Danger = (typeof DANGERS)[number];

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

import type { Cluster } from "./cluster";

/** A fault of the tool, or of what it works with, and what it must end in. */
export interface Fault {
  /** As in the list of faults: D1 to D17. */
  readonly id: string;
  /** What must come of it, as the rest of "it …". */
  readonly must: string;
  /** Longest time, in minutes. */
  readonly minutes: number;
  /** Was seen to pass on guests, and fits into every run. The others run by their ids, or with QVD_HA_E2E_FAULTS=all. */
  readonly everyRun?: true;
  /** Leaves another cluster behind than it found, or none: with `all`, these come last. */
  readonly last?: true;
  run(c: Cluster): Promise<void>;
}

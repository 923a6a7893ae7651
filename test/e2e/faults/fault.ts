import type { Cluster } from "./cluster";

/** A fault of the tool, or of what it works with, and what it must end in. */
export interface Fault {
  /** As in the list of faults: D1 to D17. */
  readonly id: string;
  /** What must come of it, as the rest of "it …". */
  readonly must: string;
  /** Longest time, in minutes. */
  readonly minutes: number;
  /** Takes too long for every run, or leaves no cluster behind: only with QVD_HA_E2E_FAULTS=all, or by its id. */
  readonly long?: true;
  run(c: Cluster): Promise<void>;
}

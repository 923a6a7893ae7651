import type { Sh } from "@qvd-ha/providers/dist/remote";

/** How a distribution's package manager is asked and told. Where `$names` is set and not empty, it is about these packages alone; else about the whole system. */
export interface Manager {
  /** By which it is found on a node. */
  readonly program: string;
  /** Sets `$names` to what is installed of PostgreSQL, of every version. */
  readonly postgres: Sh;
  /** Asks the repositories anew, and prints what `update` would put in. */
  readonly simulate: Sh;
  /** Puts it in, without a question and without another's configuration file in the place of ours; what could only be updated by taking another package away is kept as it is. */
  readonly update: Sh;
  /** Ends with 0 where packages were put in that count from the next boot on. */
  readonly bootDue: Sh;
  /** What `simulate` has printed, as `name old -> new`, or `name new` where no version is told or there was none. */
  parse(stdout: string): string[];
}

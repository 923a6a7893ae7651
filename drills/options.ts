import type { Deployment } from "../tools/status/deployment";
import type { Target } from "./ledger/session";

export interface DrillOptions {
  /** Where all drills of this checkout keep their things; what is still to be taken back, among them. */
  readonly home: string;
  /** Where the clients' logs go, a directory of its own. */
  readonly directory: string;
  /** The longest that the ledger runs, in seconds. */
  readonly secondsLimit: number;
  /** Seconds between two samples of a node. */
  readonly periodSeconds: number;
  /** Rows a second, all clients together. */
  readonly rate: number;
  readonly clients: number;
  /** Whether tables, checksums and both disks are read afterwards. */
  readonly verify: boolean;
  /** A person's consent to break a real cluster, by its name. */
  readonly consent?: string;
  /** Ends the drill early, in order. */
  readonly signal: AbortSignal;
  progress(text: string): void;
}

export const targetOf = (d: Deployment): Target => ({
  host: d.address,
  port: d.port,
  database: d.database,
  user: d.user,
  password: d.password,
});

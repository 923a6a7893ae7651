import type { About } from "./about";
import type { Finding } from "./aftermath/aftermath";
import type { Entry, Row } from "./ledger/entry";
import type { Roles } from "./precheck";

/** A sign that was looked for; `after` is undefined when it did not come. */
export interface Seen {
  readonly says: string;
  readonly within: number;
  /** Seconds after the fault had struck. */
  readonly after?: number;
}

/** How the fault itself went. Times are milliseconds since 1970. */
export interface Strike {
  /** Before its first action. */
  readonly injected: number;
  /** After its last. */
  readonly struck: number;
  /** Why it could not be done as planned. */
  readonly trouble?: string;
  readonly signs: readonly Seen[];
  /** Whether it stayed down until it was completed, for faults that demand it. */
  readonly stayedDown?: boolean;
  /** From here on the nodes have to become whole again. */
  readonly ended: number;
  readonly redundantAt?: number;
  readonly servedBy?: string;
  /** What could not be taken back. */
  readonly unrestored: readonly string[];
  /** Nodes that the drill had to switch on, since nobody else had. */
  readonly switchedOn: readonly string[];
}

/** What the drill itself has seen, before any of it is judged. */
export interface Course extends Strike {
  readonly roles: Roles;
  readonly about: About;
  readonly started: number;
  /** When the ledger was told to stop, and until when its clients have tried to write. */
  readonly stopped: number;
  readonly wroteUntil: number;
  readonly entries: readonly Entry[];
  readonly present?: readonly Row[];
  readonly aftermath: readonly Finding[];
  readonly notes: readonly string[];
  /** Whether anybody is told of alerts here. */
  readonly alerts: boolean;
}

import type { Entry, Row } from "./ledger/entry";
import type { Roles } from "./precheck";

/** What the drill itself has seen, before any of it is judged. */
export interface Course {
  readonly roles: Roles;
  readonly started: number;
  readonly injected: number;
  readonly struck: number;
  readonly redundantAt?: number;
  readonly servedBy?: string;
  readonly entries: readonly Entry[];
  readonly present?: readonly Row[];
  readonly notes: readonly string[];
}

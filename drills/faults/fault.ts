import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Power } from "./power";

/** What a fault may use: the pair as it stood when the drill began. */
export interface Field {
  /** The node that served the database. */
  readonly active: string;
  /** The other one. */
  readonly standby: string;
  readonly power: Power;
  connection(node: string): Connection;
}

/** Where the database is after the fault: on the other node, still on the same one, or nowhere until an operator acts. */
export type Service = "moves" | "stays" | "stays-down";

export interface Expectation {
  readonly service: Service;
  /** Who is fenced, and nobody else. */
  readonly fenced: "active" | "standby" | "nobody";
  /** Whether both nodes are whole again without hands, within so many seconds of the fault. */
  readonly redundantWithin?: number;
}

/** One fault: what it does to whom, and what must come of it. */
export interface Fault {
  /** As `drill <name>`. */
  readonly name: string;
  /** In one sentence. */
  readonly title: string;
  readonly victim: "active" | "standby";
  readonly expect: Expectation;
  /** Does it; resolves when it has struck. */
  inject(field: Field): Promise<void>;
  /** Takes back what does not go away by itself; runs whatever happened before. */
  heal?(field: Field): Promise<void>;
}

/** Full redundancy without hands: the time that every fault is given. */
export const REDUNDANT_WITHIN = 600;

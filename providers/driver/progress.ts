import { appendFileSync } from "node:fs";
import type { AnyKind, Placed } from "../kind";

/** What progress lines and errors call an object, and the name of its lock on the nodes. */
export const titleOf = (kind: AnyKind, spec: Placed): string => `${kind.name} ${kind.id(spec)}`;

/** One line at the stack: the dynamic host's output has no resource of its own, so the line names it. */
export function say(text: string): void {
  console.log(text);
}

/** What an operation cost, for those who want to see it: appended to the file named by QVD_HA_JOURNAL, one JSON object a line. No values of the spec. */
export interface Entry {
  readonly kind: string;
  readonly id: string;
  readonly operation: string;
  readonly seconds: number;
  /** Executions over SSH, by node. */
  readonly roundTrips: Readonly<Record<string, number>>;
  /** Steps that ran, by node. */
  readonly steps: Readonly<Record<string, number>>;
}

export function journal(entry: Entry): void {
  const file = process.env.QVD_HA_JOURNAL;
  if (file) appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One change by hand on a running cluster, and what must come of it. */
export interface Row {
  /** What somebody has done, in words. */
  readonly name: string;
  /** Rows of one batch are made, seen and repaired together; they must not get in each other's way. */
  readonly batch: string;
  /** A node's name, or `active`, `passive`: where the database runs, and where it does not. */
  readonly node: string;
  /** bash, as root on that node. */
  readonly change: string;
  /** What a refresh must name: a resource of the stack, the path of the property, and what stands there. None: it must not show. */
  readonly seen?: { readonly resource: string; readonly path: string; readonly says?: string };
  /** bash on that node: succeeds as soon as it is as wanted again; of what its owner keeps, as long as it is still there. */
  readonly repaired: string;
  /** What the repair does to what serves. */
  readonly disturbs: string;
  /** What `make status` must show of it while it is kept, as a regular expression. */
  readonly status?: string;
  /** A text that must never be printed. */
  readonly secret?: string;
  /** bash on that node, when all is over: takes back what is nobody's to repair. */
  readonly cleanup?: string;
}

const read = (name: string): readonly Row[] => JSON.parse(readFileSync(join(__dirname, name), "utf8")) as Row[];

export const rows = read("rows.json");
/** For a stack whose maintenance is on. */
export const maintenanceRows = read("maintenance.json");

/** Consent that the repairs of a batch need, in the words of the deployment. */
export const consents = (batch: readonly Row[]): string[] => [
  ...new Set(
    batch.flatMap((r) => {
      const [danger = "", ...resources] = r.disturbs.split(/[\s,]+/);
      return danger === "none" ? [] : resources.map((id) => `${danger}:${id}`);
    }),
  ),
];

/** Resources that may be touched while a batch is repaired. */
export const touched = (batch: readonly Row[]): string[] => consents(batch).map((c) => c.split(":")[1] as string);

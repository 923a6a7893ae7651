import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A fault that is made on a running cluster, and what the doctor must say of it. */
export interface Row {
  /** What is wrong, in words. */
  readonly name: string;
  /** What the stack must have switched on, beside what dev has: all of `maintenance`. Such a row is taken where ROWS names it, and else not. */
  readonly needs?: "maintenance";
  /** A node's name, or `active`, `passive`: where the database runs, and where it does not. */
  readonly node: string;
  /** bash, as root on that node; ACTIVE and PASSIVE are the nodes' names. */
  readonly make: string;
  /** Longest time until it shows, in seconds. Default: 60. */
  readonly shows?: number;
  /** The rule that must name it, where, and a part of what it says. */
  readonly finds: { readonly rule: string; readonly where: string; readonly what: string };
  /** Consent that the advice needs, which a person would type. Default: none. */
  readonly consent?: string;
  /** The victim that a person would name in a split brain: `active` or `passive`. */
  readonly victim?: string;
  /** Longest time from the last advice until the doctor finds nothing any more, in seconds. Default: 300. */
  readonly heals?: number;
  /** bash on that node, should the row fail half way: takes the fault back. */
  readonly undo?: string;
}

export const rows: readonly Row[] = JSON.parse(readFileSync(join(__dirname, "rows.json"), "utf8")) as Row[];

/** `1-3 7` as numbers; empty: all that need nothing. @throws Error naming the word that is none */
export function chosen(text: string, table: readonly Pick<Row, "needs">[]): number[] {
  const all = table.map((_, i) => i + 1);
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) return all.filter((n) => table[n - 1]?.needs === undefined);
  return all.filter((n) =>
    words.some((w) => {
      const m = /^(\d+)(?:-(\d+))?$/.exec(w);
      if (!m) throw new Error(`ROWS: "${w}" must be a number or a range, as in 1-5`);
      return n >= Number(m[1]) && n <= Number(m[2] ?? m[1]);
    }),
  );
}

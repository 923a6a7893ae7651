import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Overlay } from "./overlay";

/** One change, on top of all those before it. */
export interface Change {
  readonly name: string;
  /** Keys of the stack's configuration, with a path where they have one; null takes one away. */
  readonly config?: Readonly<Record<string, string | number | boolean | null>>;
  /** What the guests' own repository lacks for it. */
  readonly packages?: readonly string[];
  /** What the program asks for, by resource. */
  readonly program?: Overlay;
  /** What must be agreed to, in words of consent. */
  readonly effects: readonly string[];
  /** It is also tried without consent and without a preview. */
  readonly forced?: boolean;
}

export const changes = JSON.parse(readFileSync(join(__dirname, "changes.json"), "utf8")) as Change[];

/** Which of them: "3", "1-9", "1-9,12"; all where nothing is said. */
export function chosen(text: string | undefined): number[] {
  const all = changes.map((_, i) => i + 1);
  if (!text) return all;
  const ranges = text.split(",").map((r) => r.split("-").map(Number));
  return all.filter((n) => ranges.some(([from = 0, to = from]) => n >= from && n <= to));
}

/** Nodes by the part that they played at first: what ACTIVE and PASSIVE in the changes stand for. */
export interface Parts {
  readonly ACTIVE: string;
  readonly PASSIVE: string;
}

const named = <T>(value: T, parts: Parts): T =>
  JSON.parse(JSON.stringify(value).replaceAll(/\b(ACTIVE|PASSIVE)\b/g, (part) => parts[part as keyof Parts])) as T;

/** A change's keys. */
export const configOf = (change: Change | undefined, parts: Parts): [string, string | number | boolean | null][] =>
  Object.entries(named(change?.config ?? {}, parts));

/** The keys of the first changes, laid over each other. */
export function configAfter(count: number, parts: Parts): Record<string, string | number | boolean> {
  const sum = new Map<string, string | number | boolean>();
  for (const [key, value] of changes.slice(0, count).flatMap((c) => configOf(c, parts)))
    if (value !== null) sum.set(key, value);
    else for (const known of sum.keys()) if (known === key || known.startsWith(`${key}.`)) sum.delete(known);
  return Object.fromEntries(sum);
}

/** These changes, laid over each other. */
export const overlayOf = (numbers: readonly number[], parts: Parts): Overlay => named(sumOf(numbers), parts);

function sumOf(numbers: readonly number[]): Overlay {
  const sum: Record<string, Record<string, unknown>> = {};
  for (const n of numbers)
    for (const [resource, paths] of Object.entries(changes[n - 1]?.program ?? {}))
      for (const [path, value] of Object.entries(paths)) {
        const own = (sum[resource] ??= {});
        // What was laid below a value goes with it.
        for (const known of Object.keys(own)) if (known === path || known.startsWith(`${path}/`)) delete own[known];
        own[path] = value;
      }
  return sum;
}

import type { Settings } from "../../components/config";
import { claims, uses } from "./claims";

export interface Stack {
  readonly name: string;
  readonly settings: Settings;
}

interface Held {
  readonly stack: string;
  readonly what: string;
  readonly value: string;
  readonly property: string;
  readonly fix?: string;
}

const sentence = (a: Held, b: Held): string =>
  `${a.value} is ${a.property} of stack ${a.stack} and ${b.property} of stack ${b.stack} (${a.what}): ${a.fix ?? b.fix ?? ""}`;

/** What two stacks have that only one may have, a sentence each: both stacks, both keys, the value, and what to do. What a stack says twice itself is for its own rules. */
export function clashes(stacks: readonly Stack[]): string[] {
  const own: Held[] = stacks.flatMap(({ name, settings }) => claims(settings).map((c) => ({ ...c, stack: name })));
  const used: Held[] = stacks.flatMap(({ name, settings }) => uses(settings).map((u) => ({ ...u, stack: name })));
  const same = (a: Held, b: Held): boolean => a.stack !== b.stack && a.what === b.what && a.value === b.value;
  return [
    ...own.flatMap((a, i) =>
      own
        .slice(i + 1)
        .filter((b) => same(a, b))
        .map((b) => sentence(a, b)),
    ),
    ...own.flatMap((a) => used.filter((b) => same(a, b)).map((b) => sentence(a, b))),
  ];
}

import type { Answer, Command } from "./remote";

/** One thing to know about a node: the command that tells it, and a pure parser of what it said. */
export interface Fact<T> {
  readonly command: Command;
  /** @throws Error when the answer cannot be understood; never guesses */
  parse(answer: Answer): T;
}

export type Facts = Readonly<Record<string, Fact<unknown>>>;

/** What a set of facts gives when it has been read. */
export type Seen<F extends Facts> = { readonly [K in keyof F]: F[K] extends Fact<infer T> ? T : never };

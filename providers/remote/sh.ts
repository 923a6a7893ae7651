import { Secret } from "./secret";

/** A piece of bash source whose interpolated values are already quoted. Only `sh` and `raw` make one. */
export class Sh {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type ShValue = string | number | Sh | readonly (string | number | Sh)[];

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word of a command line, quoted for bash. */
export function quote(word: string): string {
  return SAFE.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

function render(value: ShValue): string {
  if (value instanceof Sh) return value.text;
  // Types forbid it; a cast would still put the secret into a process list, so it is refused at run time, too.
  if ((value as unknown) instanceof Secret)
    throw new Error("a secret may not stand in a command line: give it on stdin");
  if (Array.isArray(value)) return (value as readonly (string | number | Sh)[]).map(render).join(" ");
  return quote(String(value));
}

/** Bash source with every interpolated value quoted; arrays become several words, nested `Sh` is taken as it is. */
export function sh(strings: TemplateStringsArray, ...values: ShValue[]): Sh {
  // `raw`, so that a backslash in the template is the backslash that bash sees.
  return new Sh(strings.raw.map((s, i) => (i < values.length ? s + render(values[i] as ShValue) : s)).join(""));
}

/** Fixed bash source without values from outside (a script that lies beside its caller). */
export const raw = (text: string): Sh => new Sh(text);

/** Several pieces, one a line. */
export const lines = (...pieces: readonly Sh[]): Sh => new Sh(pieces.map((p) => p.text).join("\n"));

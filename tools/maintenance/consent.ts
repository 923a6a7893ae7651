import { createInterface } from "node:readline/promises";

/** What has to be said before the database is replaced: its own name and address, as nobody types that by mistake. */
export const wanted = (d: { readonly database: string; readonly address: string }): string =>
  `${d.database}@${d.address}`;

/** Why it may not go on; undefined where it may. `given` is what was said on the command line, else a terminal is asked. */
export async function refusal(
  d: { readonly database: string; readonly address: string },
  given: string | undefined,
  ask?: (question: string) => Promise<string>,
): Promise<string | undefined> {
  const words = wanted(d);
  const said = given ?? (await ask?.(`This replaces what is in the database. Type ${words} to go on: `));
  if (said?.trim() === words) return undefined;
  return said === undefined || said.trim() === ""
    ? `nothing was touched: this replaces what is in the database, and wants CONSENT=${words}`
    : `nothing was touched: "${said.trim()}" is not ${words}`;
}

export async function askTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

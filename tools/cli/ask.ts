import { createInterface } from "node:readline/promises";
import { Refused } from "./stack";

/** Whether a person sits there. */
export const interactive = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/** What a person types. @throws Refused where nobody sits there */
export async function ask(question: string, otherwise: string): Promise<string> {
  if (!interactive()) throw new Refused(otherwise);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

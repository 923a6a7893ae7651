import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wordOf } from "../../../providers/driver/consent";
import { runHere } from "../../../providers/driver/local";
import { rehearse } from "../../../providers/pacemaker/rehearse";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { howto, howtoInput } from "../../unit/pacemaker/howto";

/**
 * What a change of the HOWTO's configuration does to a healthy cluster, by Pacemaker's own scheduler, and what we call it. `effects` are words of consent, in brackets
 * where none is needed. It proves nothing about agents: what one of them can reload is known to a running cluster only (test/e2e/impact).
 */
interface Case {
  name: string;
  /** By path. */
  set?: Record<string, unknown>;
  drop?: string[];
  effects: string[];
  /** Parts of Pacemaker's words that must be there. */
  words?: string[];
}

const cases = JSON.parse(readFileSync(join(__dirname, "effects.json"), "utf8")) as Case[];

function changed(c: Case): object {
  const input = structuredClone(howtoInput) as { elements: Record<string, unknown> };
  for (const [path, value] of Object.entries(c.set ?? {})) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    keys.reduce((o, k) => o[k] as Record<string, unknown>, input as unknown as Record<string, unknown>)[last] = value;
  }
  for (const id of c.drop ?? []) delete input.elements[id];
  return input;
}

test.each(cases.map((c) => [c.name, c] as const))("%s", async (_name, c) => {
  const fact = rehearse(howto(), pacemakerSchema.parse(changed(c)));
  const { effects, words } = fact.parse(await runHere(fact.command));
  expect(effects.map((e) => (e.service ? wordOf(e) : `(${wordOf(e)})`))).toEqual(c.effects);
  for (const w of c.words ?? []) expect(words.join("\n")).toContain(w);
});

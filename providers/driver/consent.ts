import type { Effect, Plan } from "../step";
import { steps } from "../step";

/** A step would stop, restart or move what serves, and nobody has agreed to it. Nothing was run. */
export class ConsentError extends Error {
  override name = "ConsentError";
}

/** A word of consent. */
export const CONSENT = /^(restarts|moves|stops):[A-Za-z_][A-Za-z0-9_.-]*$/;
export const CONSENT_RULE =
  "must be restarts:<id>, moves:<id> or stops:<id>, with the id of a resource as Pacemaker shows it, as in restarts:p_postgres";

/** How one agrees to an effect. */
export const wordOf = (e: Effect): string => `${e.danger}:${e.resource}`;

function rule(word: string, hint: string): Error {
  const destroys = /^destroys?\b/.test(word)
    ? " What destroys data is agreed to by naming the disk (drbd.overwrite), never here."
    : "";
  return new Error(`consent: "${word}" is no word of consent: it ${CONSENT_RULE}.${destroys}${hint}`);
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** A list in the configuration arrives as JSON; one typed on a command line as words. */
function listed(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.flatMap((v) => words(String(v)));
  } catch {
    // No JSON: words.
  }
  return words(text);
}

/** The engine gives the stack's configuration to the program and to the dynamic host alike. */
function configured(env: NodeJS.ProcessEnv): string {
  const config = JSON.parse(env.PULUMI_CONFIG ?? "{}") as Record<string, string>;
  const project = env.PULUMI_NODEJS_PROJECT ?? env.PULUMI_PROJECT;
  const key = project === undefined ? undefined : `${project}:consent`;
  const found = Object.entries(config).find(([k]) => (key === undefined ? k.endsWith(":consent") : k === key));
  return found?.[1] ?? "";
}

/**
 * What was agreed to: `consent` of the stack's configuration and QVD_HA_CONSENT, together.
 * @param needed words that would be right, to be named where one is wrong
 * @throws Error naming the first word that is none
 */
export function given(needed: readonly string[] = [], env: NodeJS.ProcessEnv = process.env): ReadonlySet<string> {
  const all = [...listed(configured(env)), ...listed(env.QVD_HA_CONSENT ?? "")];
  const hint = needed.length > 0 ? ` Needed now: ${needed.join(" ")}` : "";
  for (const word of all) if (!CONSENT.test(word)) throw rule(word, hint);
  return new Set(all);
}

/** Effects of a plan, each once. */
export function effectsOf(p: Plan): Effect[] {
  const all = steps(p).flatMap((s) => s.effects ?? []);
  return all.filter((e, i) => all.findIndex((o) => wordOf(o) === wordOf(e)) === i);
}

/** Effects that need consent and have none. A group's or clone's name speaks for what is in it. */
export function lacking(p: Plan, consent: ReadonlySet<string>): Effect[] {
  const covered = (e: Effect): boolean =>
    consent.has(wordOf(e)) || (e.within !== undefined && consent.has(`${e.danger}:${e.within}`));
  return effectsOf(p).filter((e) => e.service && !covered(e));
}

/** Every word that the plan needs beyond what was given. @throws Error naming a word that is none */
export function missing(p: Plan): Effect[] {
  const needed = effectsOf(p)
    .filter((e) => e.service)
    .map(wordOf);
  return lacking(p, given(needed));
}

/** How to agree, word for word. */
export function howTo(effects: readonly Effect[]): string {
  const list = effects.map(wordOf);
  return (
    `make up CONSENT="${list.join(" ")}", or QVD_HA_CONSENT="${list.join(" ")}" in the environment of pulumi, ` +
    `or for good in the stack's configuration: consent: [${list.join(", ")}]`
  );
}

/** @throws ConsentError with every effect of the plan that nobody agreed to, and the words that would */
export function demand(title: string, p: Plan): void {
  const effects = missing(p);
  if (effects.length === 0) return;
  const told = effects.map((e) => `- ${e.danger} ${e.resource}`);
  const said = steps(p).flatMap((s) => (s.words ?? []).map((w) => `  ${w}`));
  throw new ConsentError(
    [
      `${title}: this disturbs a service that runs, and needs consent; nothing was run:`,
      ...told,
      ...(said.length > 0 ? ["What would happen:", ...said] : []),
      `Consent with ${howTo(effects)}`,
    ].join("\n"),
  );
}

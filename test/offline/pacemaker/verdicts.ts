import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCib } from "../../../providers/pacemaker/cib";
import { merge } from "../../../providers/pacemaker/cib";
import type { Configuration } from "../../../providers/pacemaker/spec";
import type { Xml } from "../../../providers/pacemaker/xml";
import { element, parseXml } from "../../../providers/pacemaker/xml";
import { bareCib } from "./cluster";
import { development, PROFILE_KEYS } from "./development";
import { edit } from "./given";
import type { Mutant } from "./mutations";
import { mutations, replace } from "./mutations";
import { stage } from "./play";
import { pool } from "./pool";
import type { Scenario } from "./scenario";
import { asPlayed, scenarios } from "./scenario";
import { INSTALLED } from "./simulator";
import type { Pacemaker } from "./simulator";

/** A change to the element with an id (or of a name, where it has none): attributes set (null: taken out), XML added inside. */
interface Edit {
  readonly id: string;
  readonly set?: Readonly<Record<string, string | null>>;
  readonly add?: string;
}

interface Known {
  /** Mistakes that a person could make. */
  readonly chosen: readonly { readonly name: string; readonly edits: readonly Edit[] }[];
  /** What makes no difference to the scheduler, by the mutant's name, with the reason; it does not count. */
  readonly equivalent: Readonly<Record<string, string>>;
  /** In profile `fast` as well. */
  readonly equivalentFast: Readonly<Record<string, string>>;
}

const known = JSON.parse(readFileSync(join(__dirname, "mutants.json"), "utf8")) as Known;
const reasons = { ...known.equivalent, ...known.equivalentFast };

function apply(cib: Xml, { id, set = {}, add }: Edit): Xml {
  const change = (x: Xml): Xml => {
    const attrs = Object.fromEntries(Object.entries({ ...x.attrs, ...set }).map(([k, v]) => [k, v ?? undefined]));
    return element(x.name, attrs, [...x.children, ...(add === undefined ? [] : [parseXml(add)])]);
  };
  const named = edit(cib, (x) => (x.name === id ? change(x) : undefined));
  return replace(named, id, (x) => [change(x)]);
}

/** What became of a mutant. */
export type Verdict =
  | { readonly mutant: string; readonly fate: "killed"; readonly by: string; readonly said: string }
  | { readonly mutant: string; readonly fate: "equivalent"; readonly reason: string }
  | { readonly mutant: string; readonly fate: "survived" };

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z_][a-z0-9_]{3,}/g) ?? []);

const BROAD = 8;

/** The scenarios in the order in which a mutant is to meet them. */
type Ranking = (mutant: string) => readonly Scenario[];

/** Those that expect the most, then those that speak of the same things, rare words before common ones: most mutants die by one of the first that are tried. */
function likelyFirst(all: readonly Scenario[]): Ranking {
  const vocabulary = all.map((scenario) => ({ scenario, words: wordsOf(JSON.stringify(scenario)) }));
  const uses = (word: string): number => vocabulary.filter((v) => v.words.has(word)).length;
  const broad = [...all]
    .sort((a, b) => JSON.stringify(b.expect).length - JSON.stringify(a.expect).length)
    .slice(0, BROAD);
  return (mutant) => {
    const weights = [...wordsOf(mutant)].map((word) => [word, 1 / (uses(word) || 1)] as const);
    const shared = (words: ReadonlySet<string>): number =>
      weights.reduce((n, [word, w]) => n + (words.has(word) ? w : 0), 0);
    const ranked = vocabulary.map(({ scenario, words }) => ({ scenario, weight: shared(words) }));
    const rest = ranked.sort((a, b) => b.weight - a.weight).map((r) => r.scenario);
    return [...broad, ...rest.filter((s) => !broad.includes(s))];
  };
}

async function judge(cib: Xml, { name, change }: Mutant, pacemaker: Pacemaker, ranking: Ranking): Promise<Verdict> {
  const on = stage(change(cib), pacemaker);
  try {
    for (const s of ranking(name)) {
      const [said] = await on.complaints(s);
      if (said !== undefined) return { mutant: name, fate: "killed", by: s.name, said };
    }
  } finally {
    on.close();
  }
  const reason = reasons[name];
  return reason === undefined ? { mutant: name, fate: "survived" } : { mutant: name, fate: "equivalent", reason };
}

/** Whether all these together break no scenario: then none of them does. */
async function harmless(
  cib: Xml,
  together: readonly Mutant[],
  pacemaker: Pacemaker,
  all: readonly Scenario[],
): Promise<boolean> {
  const on = stage(
    together.reduce((x, m) => m.change(x), cib),
    pacemaker,
  );
  const complaints = await pool(all, (s) => on.complaints(s));
  on.close();
  return complaints.every((c) => c.length === 0);
}

/** Every mutant of the configuration's CIB, each until the first scenario that it breaks. @param play what the configuration itself passes */
async function verdicts(
  configuration: Configuration,
  pacemaker: Pacemaker,
  play: readonly Scenario[],
): Promise<Verdict[]> {
  const rendered = merge(parseCib(bareCib(pacemaker.schema)), configuration);
  // Validating takes a third of each run; verify.test.ts asks for it once.
  const cib = { ...rendered, attrs: { ...rendered.attrs, "validate-with": "none" } };
  const chosen = known.chosen.map((c) => ({ name: c.name, change: (x: Xml) => c.edits.reduce(apply, x) }));
  const all: Mutant[] = [...mutations(cib), ...chosen];
  // Those without effect would be the dear ones, a run for each scenario: they are tried together, what is gone apart from what is changed.
  const silent = all.filter((m) => m.name in reasons);
  const gone = silent.filter((m) => / no [\w-]+$|: gone$/.test(m.name));
  const changed = silent.filter((m) => !gone.includes(m));
  const proved = (await harmless(cib, gone, pacemaker, play)) && (await harmless(cib, changed, pacemaker, play));
  const ranking = likelyFirst(play);
  const equivalent = (m: Mutant): Verdict => ({
    mutant: m.name,
    fate: "equivalent",
    reason: reasons[m.name] ?? "",
  });
  return pool(all, (m) =>
    proved && silent.includes(m) ? Promise.resolve(equivalent(m)) : judge(cib, m, pacemaker, ranking),
  );
}

type Play = (s: Scenario) => readonly Scenario[];

/** The same for the stack `dev` with a profile's values, by the installed Pacemaker. */
export const verdictsOf = async (profile: string): Promise<Verdict[]> =>
  verdicts(await development(PROFILE_KEYS[profile]), INSTALLED, scenarios.flatMap(asPlayed[profile] as Play));

/** What mutants.json says of mutants that do not make a difference, and do or are not there. */
export const stale = (all: readonly Verdict[], of: "equivalent" | "equivalentFast" = "equivalent"): string[] =>
  Object.keys(known[of]).filter((name) => !all.some((v) => v.mutant === name && v.fate === "equivalent"));

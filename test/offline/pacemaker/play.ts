import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Xml } from "../../../providers/pacemaker/xml";
import { formatXml, parseXml } from "../../../providers/pacemaker/xml";
import { withAttributes, withFailures, withGiven } from "./given";
import { complaints } from "./judge";
import type { Scenario } from "./scenario";
import type { Decision, Pacemaker } from "./simulator";
import { ask, decision, simulate } from "./simulator";

/** Plays scenarios on one configuration: a CIB with our elements, on whose nodes nothing has run yet. */
export interface Stage {
  /** @throws Error with what Pacemaker said when it refuses the configuration */
  decide(scenario: Scenario): Promise<Decision>;
  /** What is not as the scenario expects; a refusal counts. */
  complaints(scenario: Scenario): Promise<string[]>;
  close(): void;
}

export function stage(cib: Xml, pacemaker: Pacemaker): Stage {
  const dir = mkdtempSync(join(pacemaker.root, tmpdir(), "qvd-ha-scenario-"));
  let files = 0;
  const write = (x: Xml): string => {
    const path = join(dir, `${++files}.xml`);
    writeFileSync(path, formatXml(x));
    return path;
  };
  const trees = new Map<string, Xml>();
  const read = (path: string): Xml => {
    const tree = trees.get(path) ?? parseXml(readFileSync(path, "utf8"));
    trees.set(path, tree);
    return tree;
  };
  const after = async (from: string, options: readonly string[]): Promise<string> => {
    const path = join(dir, `${++files}.xml`);
    await simulate(pacemaker, [`--xml-file=${from}`, `--save-output=${path}`, "--quiet", ...options]);
    return path;
  };
  // Most scenarios begin here.
  let healthy: Promise<string> | undefined;
  const start = async (s: Scenario): Promise<string> => {
    if (s.given.start === "cold") return write(withAttributes(cib, s.given));
    healthy ??= after(write(withAttributes(cib, {})), []);
    return healthy;
  };

  async function decide(s: Scenario): Promise<Decision> {
    const { before = [], events = [], fencing } = s.given;
    let path = await start(s);
    if (s.given.failures) path = write(withFailures(read(path), s.given.failures));
    for (const options of before) path = await after(path, options);
    const now = withGiven(read(path), s.given);
    const input = now === read(path) ? path : write(now);
    // The graph is large, and most scenarios ask for nothing of it.
    const { with: carried, behind, beside } = s.expect;
    const graph =
      fencing !== undefined || (carried ?? behind ?? beside) !== undefined ? join(dir, `${++files}.graph`) : undefined;
    const answer = await ask(pacemaker, { cib: input, events, happened: join(dir, `${++files}.xml`), graph });
    return decision(answer, fencing === "fails");
  }

  return {
    decide,
    complaints: async (s) => {
      try {
        return complaints(await decide(s), s.expect);
      } catch (e) {
        return [`Pacemaker refuses: ${(e as Error).message.replace(/\s+/g, " ")}`];
      }
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

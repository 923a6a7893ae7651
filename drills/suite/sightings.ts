import { writeFileSync } from "node:fs";
import type { Sighting } from "../seen";
import { seen, SIGHTINGS_FILE } from "../seen";
import type { SuiteReport } from "./report";
import { passed } from "./report";

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Those that are known, and those that a report adds. */
export function merged(known: Readonly<Record<string, Sighting>>, report: SuiteReport): Record<string, Sighting> {
  const news = report.cases.flatMap((c): [string, Sighting][] => {
    const run = c.runs.filter((r) => r.passed).at(-1);
    if (!run || !passed(c)) return [];
    const { machine, versions } = run.surroundings ?? { machine: {}, versions: {} };
    const where = [machine["kind"], versions["system"], machine["guests"]].filter(Boolean).join(", ");
    if (!where) return [];
    const { profile, verify } = run.about ?? {};
    const more = {
      ...(profile === undefined ? {} : { profile }),
      ...(verify === undefined ? {} : { verified: verify }),
    };
    // What was seen with the data read is not replaced by less.
    if (known[c.fault]?.verified && !more.verified) return [];
    return [[c.fault, { on: day(run.injected), where, ...more }]];
  });
  return Object.fromEntries(
    Object.entries({ ...known, ...Object.fromEntries(news) }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Notes in the checkout which faults came as expected on real guests. */
export const record = (report: SuiteReport): void =>
  writeFileSync(SIGHTINGS_FILE, `${JSON.stringify(merged(seen(), report), null, 2)}\n`);

import { faults } from "../faults";
import type { DrillReport } from "../report/report";
import { sentence } from "../sentence";
import type { Broken, ControlResult, Results } from "./results";
import { isBroken } from "./results";

/** All drills of one fault. */
export interface Case {
  readonly fault: string;
  readonly number: string;
  readonly title: string;
  /** What must come of it, in a sentence. */
  readonly must: string;
  readonly runs: readonly DrillReport[];
  readonly broken: readonly Broken[];
}

/** What `make drills` found out, and what it leaves as JSON. */
export interface SuiteReport {
  /** When it was put together, in milliseconds since 1970. */
  readonly made: number;
  readonly control?: ControlResult;
  readonly cases: readonly Case[];
}

/** A case is green when its newest drill is; an older one that failed stays in the report. */
export const passed = (c: Case): boolean => c.runs.at(-1)?.passed ?? false;

/** Invariants that the fault itself breaks, by its name. */
export const breaksOf = (name: string): readonly string[] => faults.find((f) => f.name === name)?.expect.breaks ?? [];

export function caseOf(name: string, runs: readonly DrillReport[], broken: readonly Broken[]): Case {
  const fault = faults.find((f) => f.name === name);
  return {
    fault: name,
    number: fault?.number ?? "",
    title: fault?.title ?? runs[0]?.title ?? name,
    must: fault ? sentence(fault) : "",
    runs,
    broken,
  };
}

/** Everything in a directory of results, in the order of the faults. */
export function gather(results: Results, made: number): SuiteReport {
  const order = faults.map((f) => f.name);
  const names = results.faults.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const cases = names.map((name) => {
    const all = results.of(name);
    return caseOf(
      name,
      all.filter((r): r is DrillReport => !isBroken(r)),
      all.filter(isBroken),
    );
  });
  const { control } = results;
  return { made, ...(control ? { control } : {}), cases };
}

/** Reads what `make drills` or `make drill ARGS="--json …"` has written. @throws Error when it is neither */
export function parseReport(text: string): SuiteReport {
  const value = JSON.parse(text) as SuiteReport | DrillReport[];
  if (!Array.isArray(value)) {
    if (!Array.isArray(value.cases)) throw new Error("this is no report of drills");
    return value;
  }
  const names = [...new Set(value.map((r) => r.fault))];
  const made = Math.max(0, ...value.map((r) => r.ended));
  return {
    made,
    cases: names.map((n) =>
      caseOf(
        n,
        value.filter((r) => r.fault === n),
        [],
      ),
    ),
  };
}

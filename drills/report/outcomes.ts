import type { Fault } from "../faults/fault";
import type { Violation } from "../invariants/rules";
import type { Verdict } from "../ledger/check";
import type { Gap } from "../ledger/gaps";
import type { Counts } from "../pieces/pieces";
import type { Outcome } from "./report";

/** What is compared with what was expected of the fault. */
export interface Findings {
  readonly active: string;
  readonly standby: string;
  /** Where the database runs after the fault; undefined: nowhere. */
  readonly servedBy?: string;
  readonly gap?: Gap;
  readonly worstCaseFailoverSeconds?: number;
  /** Names of the nodes that were fenced, once for each time. */
  readonly fenced: readonly string[];
  readonly counts: Counts;
  readonly redundantAfter?: number;
  readonly verdict?: Verdict;
  readonly violations: readonly Violation[];
}

const outcome = (what: string, wanted: string, came: string, met: boolean): Outcome => ({ what, wanted, came, met });
const count = (n: number | undefined): string => (n === undefined ? "not known" : String(n));
const secs = (s: number): string => `${s.toFixed(1)} s`;

function service(fault: Fault, f: Findings): Outcome {
  const wanted = { moves: f.standby, stays: f.active, "stays-down": undefined }[fault.expect.service];
  return outcome("database runs on", wanted ?? "no node", f.servedBy ?? "no node", f.servedBy === wanted);
}

function fencing(fault: Fault, f: Findings): Outcome {
  const { fenced } = fault.expect;
  const wanted = fenced === "nobody" ? [] : [f[fenced]];
  const met = f.fenced.join() === wanted.join();
  return outcome("fenced", wanted.join(", ") || "nobody", f.fenced.join(", ") || "nobody", met);
}

function gap(f: Findings): Outcome[] {
  const { worstCaseFailoverSeconds: bound } = f;
  if (bound === undefined) return [];
  const came = f.gap ? secs(f.gap.seconds) : "not known";
  return [outcome("longest gap", `at most ${bound} s`, came, f.gap !== undefined && f.gap.seconds <= bound)];
}

function redundancy(fault: Fault, f: Findings): Outcome[] {
  const within = fault.expect.redundantWithin;
  if (within === undefined) return [];
  const came = f.redundantAfter === undefined ? "not in that time" : `after ${secs(f.redundantAfter)}`;
  return [outcome("full redundancy", `within ${within} s`, came, (f.redundantAfter ?? Infinity) <= within)];
}

/** Each expectation of the fault, and what every fault demands. */
export function outcomes(fault: Fault, f: Findings): Outcome[] {
  const v = f.verdict;
  const none = (what: string, n: number | undefined): Outcome => outcome(what, "0", count(n), n === 0);
  return [
    service(fault, f),
    fencing(fault, f),
    ...gap(f),
    ...redundancy(fault, f),
    none("lost writes", v?.lost.length),
    none("phantom writes", v?.phantom.length),
    none("steps back in time", v?.wentBack.length),
    none("broken invariants", f.violations.length),
  ];
}

import type { Seen } from "../course";
import type { Fault } from "../faults/fault";
import { REDUNDANT_WITHIN } from "../faults/fault";
import { evidence, sampled } from "./evidence";
import type { Findings } from "./findings";
import { boots, fencedFirst, fencing, promotions, realFencing } from "./moves";
import { count, outcome, secs } from "./outcome";
import type { Outcome } from "./report";

function done(f: Findings): Outcome[] {
  return f.trouble === undefined ? [] : [outcome("the fault itself", "done as planned", f.trouble, false)];
}

function service(fault: Fault, f: Findings): Outcome {
  const { serves } = fault.expect;
  const wanted = serves === "either" ? "either node" : f[serves];
  const met = serves === "either" ? f.servedBy !== undefined : f.servedBy === wanted;
  return outcome("database runs on", wanted, f.servedBy ?? "no node", met);
}

function said(who: string, seen: readonly Seen[]): Outcome[] {
  return seen.map(({ says, within: limit, after }) => {
    const came = after === undefined ? "not in that time" : `after ${secs(after)}`;
    return outcome(`${who}: ${says}`, `within ${limit} s`, came, after !== undefined);
  });
}

function down(fault: Fault, f: Findings): Outcome[] {
  const { staysDown } = fault.expect;
  if (staysDown === undefined) return [];
  const came = f.stayedDown === undefined ? "not seen" : f.stayedDown ? "stayed down" : "served";
  return [outcome("no service at first", `for ${staysDown} s at least`, came, f.stayedDown === true)];
}

function gap(fault: Fault, f: Findings): Outcome[] {
  const bound = fault.expect.gapWithin ?? f.worstCaseFailoverSeconds;
  if (bound === undefined) return [];
  const came = f.gap ? secs(f.gap.seconds) : "not known";
  return [outcome("longest gap", `at most ${bound} s`, came, f.gap !== undefined && f.gap.seconds <= bound)];
}

/** A fault that nobody has felt proves nothing. */
function slow(fault: Fault, f: Findings): Outcome[] {
  const { slows } = fault.expect;
  if (slows === undefined) return [];
  const came = f.took === undefined ? "no write" : secs(f.took);
  return [outcome("a write takes (median)", `at least ${secs(slows)}`, came, (f.took ?? 0) >= slows)];
}

function redundancy(fault: Fault, f: Findings): Outcome {
  const limit = fault.expect.redundantWithin ?? REDUNDANT_WITHIN;
  const came = f.redundantAfter === undefined ? "not in that time" : `after ${secs(f.redundantAfter)}`;
  return outcome("full redundancy", `within ${limit} s`, came, (f.redundantAfter ?? Infinity) <= limit);
}

/** What does not apply decides nothing; the report tells it beside the outcomes. */
const after = (f: Findings): Outcome[] =>
  f.aftermath.flatMap(({ what, wanted, came, met }) => (met === undefined ? [] : [{ what, wanted, came, met }]));

/** Each expectation of the fault, and what every fault demands. */
export function outcomes(fault: Fault, f: Findings): Outcome[] {
  const v = f.verdict;
  const none = (what: string, n: number | undefined): Outcome => outcome(what, "0", count(n), n === 0);
  const { breaks = [], refusesNothing } = fault.expect;
  const broken = f.violations.filter((x) => !breaks.includes(x.rule));
  return [
    ...done(f),
    service(fault, f),
    fencing(fault, f),
    ...realFencing(f),
    ...boots(fault, f),
    ...fencedFirst(fault, f),
    ...promotions(fault, f),
    ...evidence(f),
    ...down(fault, f),
    ...said("make status says", f.signs),
    ...said("an alert says", f.told),
    ...gap(fault, f),
    ...slow(fault, f),
    redundancy(fault, f),
    none("lost writes", v?.lost.length),
    none("phantom writes", v?.phantom.length),
    none("steps back in time", v?.wentBack.length),
    ...(refusesNothing ? [none("refused writes", v?.refused)] : []),
    none("broken invariants", broken.length),
    sampled(fault, f),
    ...after(f),
    ...f.unrestored.map((what) => outcome("restored", "all of it", what, false)),
  ];
}

import type { Finding } from "../aftermath/aftermath";
import type { Seen } from "../course";
import type { Fault, Times } from "../faults/fault";
import { bootsOf, NEVER, promotionsOf, REDUNDANT_WITHIN } from "../faults/fault";
import type { Coverage } from "../invariants/coverage";
import type { Violation } from "../invariants/rules";
import type { Verdict } from "../ledger/check";
import type { Gap } from "../ledger/gaps";
import type { Order } from "../pieces/order";
import type { Outcome } from "./report";

/** What is compared with what was expected of the fault. */
export interface Findings {
  readonly active: string;
  readonly standby: string;
  /** Why the fault could not be done as planned. */
  readonly trouble?: string;
  /** Where the database runs after the fault; undefined: nowhere. */
  readonly servedBy?: string;
  readonly gap?: Gap;
  readonly worstCaseFailoverSeconds?: number;
  /** Names of the nodes that were fenced, once for each time. */
  readonly fenced: readonly string[];
  readonly order: Order;
  /** Logs that could not be read, each with the reason: who was fenced and promoted is not known then. */
  readonly unread: readonly string[];
  /** Seconds before the drill's end at which the ledger's clients had ended, by a limit of their own. */
  readonly unwritten: number;
  /** Names of the nodes that have booted anew, once for each time. */
  readonly booted: readonly string[];
  readonly signs: readonly Seen[];
  readonly told: readonly Seen[];
  readonly stayedDown?: boolean;
  readonly redundantAfter?: number;
  readonly verdict?: Verdict;
  readonly violations: readonly Violation[];
  /** By node. */
  readonly sampling: Readonly<Record<string, Coverage>>;
  readonly aftermath: readonly Finding[];
  readonly unrestored: readonly string[];
}

const outcome = (what: string, wanted: string, came: string, met: boolean): Outcome => ({ what, wanted, came, met });
const count = (n: number | undefined): string => (n === undefined ? "not known" : String(n));
const secs = (s: number): string => `${s.toFixed(1)} s`;

/** A ledger that ends so many seconds before it is stopped has left nothing out. */
const UNWRITTEN = 1;

const within = (n: number, [least, most]: Times): boolean => n >= least && n <= most;
const times = (n: number): string => (n === 1 ? "once" : `${n} times`);
const often = ([least, most]: Times): string => (least === most ? times(most) : `${least} to ${times(most)}`);

function done(f: Findings): Outcome[] {
  return f.trouble === undefined ? [] : [outcome("the fault itself", "done as planned", f.trouble, false)];
}

function service(fault: Fault, f: Findings): Outcome {
  const { serves } = fault.expect;
  const wanted = serves === "either" ? "either node" : f[serves];
  const met = serves === "either" ? f.servedBy !== undefined : f.servedBy === wanted;
  return outcome("database runs on", wanted, f.servedBy ?? "no node", met);
}

function fencing(fault: Fault, f: Findings): Outcome {
  const { active, standby, together } = fault.expect.fenced ?? {};
  const number = (node: string): number => f.fenced.filter((n) => n === node).length;
  const one = (node: string, t: Times | undefined): string[] => (t ? [`${node} ${often(t)}`] : []);
  const wanted = together ? [`one of them ${often(together)}`] : [...one(f.active, active), ...one(f.standby, standby)];
  const met = together
    ? within(f.fenced.length, together)
    : within(number(f.active), active ?? NEVER) && within(number(f.standby), standby ?? NEVER);
  return outcome("fenced", wanted.join(", ") || "nobody", f.fenced.join(", ") || "nobody", met);
}

/** A device that says yes and does nothing is the worst of all: the other node would go on writing. */
function realFencing(f: Findings): Outcome[] {
  if (f.fenced.length === 0) return [];
  const lies = [...new Set(f.fenced)].filter((n) => !f.booted.includes(n));
  const came = lies.length > 0 ? `${lies.join(", ")} not` : "all of them";
  return [outcome("fenced nodes have booted anew", "all of them", came, lies.length === 0)];
}

/** A node that boots though nobody has fenced it, and the fault does not make it, has crashed or was switched by somebody unknown. */
function boots(fault: Fault, f: Findings): Outcome[] {
  const number = (all: readonly string[], node: string): number => all.filter((n) => n === node).length;
  const { boots: wanted } = fault.expect;
  const strange = (["active", "standby"] as const).flatMap((role) => {
    const more = number(f.booted, f[role]) - number(f.fenced, f[role]) - bootsOf(fault, role);
    return more > 0 ? [`${f[role]} ${times(more)}`] : [];
  });
  const own = wanted && f.booted.includes(f[wanted]);
  return [
    ...(wanted
      ? [outcome("reboots", `${f[wanted]}, unfenced`, own ? f[wanted] : `${f[wanted]} was not seen to`, own === true)]
      : []),
    ...(strange.length > 0 ? [outcome("boots that nobody has ordered", "none", strange.join(", "), false)] : []),
  ];
}

function promotions(fault: Fault, f: Findings): Outcome[] {
  const { promoted } = f.order;
  const told = promoted.map((p) => p.node);
  const came = told.join(", ") || "none";
  const allowed = promotionsOf(fault);
  if (allowed) {
    const wanted = allowed[1] === 0 ? "none" : often(allowed);
    return [outcome("promotions", wanted, came, within(told.length, allowed))];
  }
  if (fault.expect.serves !== "active") return [];
  return [outcome("promotions", `none of ${f.standby}`, came, !told.includes(f.standby))];
}

/**
 * Where the active node has to be fenced, the other one may be promoted only when that is done: before, there might be two. Nothing is said where no log tells of
 * a promotion.
 */
function fencedFirst(fault: Fault, f: Findings): Outcome[] {
  const { active, together } = fault.expect.fenced ?? {};
  const due = (active?.[0] ?? 0) > 0 || ((together?.[0] ?? 0) > 0 && f.fenced.includes(f.active));
  const begun = f.order.promoting.find((p) => p.node !== f.active)?.at;
  if (!due || begun === undefined) return [];
  const fenced = f.order.fenced.find((x) => x.node === f.active)?.at;
  const came =
    fenced === undefined
      ? "never fenced"
      : `${secs(Math.abs(begun - fenced) / 1000)} ${begun >= fenced ? "before it" : "after it"}`;
  return [
    outcome(`${f.active} fenced before ${f.standby} is promoted`, "before it", came, (fenced ?? Infinity) <= begun),
  ];
}

/** Of a node of which less is known the invariants say nothing. */
const LEAST_SAMPLED = 0.5;

/** Invariants hold where they were looked at. */
function sampled(fault: Fault, f: Findings): Outcome {
  const { blinds } = fault.expect;
  const nodes = [f.active, f.standby].map((node) => {
    const c = f.sampling[node] ?? { samples: 0, up: 0, sampled: 0, holes: [] };
    const share = c.up > 0 ? c.sampled / c.up : 0;
    const excused = blinds !== undefined && node === f[blinds];
    const holes = c.holes.map((h) => `, not for ${secs(h.seconds)}`).join("");
    return {
      came: `${node} ${Math.floor(share * 100)} %${holes}`,
      met: excused ? c.samples > 0 : c.holes.length === 0 && share >= LEAST_SAMPLED,
    };
  });
  const came = nodes.map((n) => n.came).join("; ");
  return outcome(
    "sampled while up",
    "every node, all along",
    came,
    nodes.every((n) => n.met),
  );
}

/** That nobody was fenced or promoted is known only where every log was read. */
const evidence = (f: Findings): Outcome[] => [
  ...f.unread.map((why) => outcome("logs of the nodes", "read", why, false)),
  ...(f.unwritten > UNWRITTEN
    ? [outcome("the ledger writes", "to the end", `ended ${secs(f.unwritten)} before it`, false)]
    : []),
];

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

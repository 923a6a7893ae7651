import type { Fault, Times } from "../faults/fault";
import { bootsOf, NEVER, promotionsOf } from "../faults/fault";
import type { Findings } from "./findings";
import { often, outcome, secs, times, within } from "./outcome";
import type { Outcome } from "./report";

// Who was fenced, who has booted, who was promoted, and in which order.

export function fencing(fault: Fault, f: Findings): Outcome {
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
export function realFencing(f: Findings): Outcome[] {
  if (f.fenced.length === 0) return [];
  const lies = [...new Set(f.fenced)].filter((n) => !f.booted.includes(n));
  const came = lies.length > 0 ? `${lies.join(", ")} not` : "all of them";
  return [outcome("fenced nodes have booted anew", "all of them", came, lies.length === 0)];
}

/** A node that boots though nobody has fenced it, and the fault does not make it, has crashed or was switched by somebody unknown. */
export function boots(fault: Fault, f: Findings): Outcome[] {
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

export function promotions(fault: Fault, f: Findings): Outcome[] {
  const told = f.order.promoted.map((p) => p.node);
  const came = told.join(", ") || "none";
  const allowed = promotionsOf(fault);
  const { neverPromoted } = fault.expect;
  const never = neverPromoted && f[neverPromoted];
  return [
    ...(allowed
      ? [outcome("promotions", allowed[1] === 0 ? "none" : often(allowed), came, within(told.length, allowed))]
      : []),
    ...(never !== undefined ? [outcome("promotions", `none of ${never}`, came, !told.includes(never))] : []),
  ];
}

/**
 * Where the active node has to be fenced, the other one may be promoted only when that is done: before, there might be two. Nothing is said where no log tells of
 * a promotion.
 */
export function fencedFirst(fault: Fault, f: Findings): Outcome[] {
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

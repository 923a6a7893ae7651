import type { Danger, Plan, Step } from "../step";
import { nothing, plan as stages } from "../step";
import { canonical, merge, readConfiguration, withProperty } from "./cib";
import { commit, unlessMoved, whileStopped } from "./commit";
import { serving, simulation } from "./effects";
import { exchanges, toldIn, toldToStop, untold, whileTold } from "./exchange";
import { heldIn, hold, holds, release } from "./hold";
import { partOf, spokesman } from "./read";
import type { PacemakerSeen, Spokesman } from "./read";
import { forgetReload, reloadable } from "./reload";
import type { Configuration, PacemakerSpec } from "./spec";
import { running } from "./status";
import { untilIdle, untilSettled, untilStopped } from "./stop";
import type { Xml } from "./xml";

/** What differs between two configurations, by name. */
export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Names of options. */
  readonly options: readonly string[];
}

export function difference(now: Configuration, wanted: Configuration): Difference {
  const ids = [...new Set([...Object.keys(now.elements), ...Object.keys(wanted.elements)])].sort();
  const option = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().filter((n) => a[n] !== b[n]);
  return {
    added: ids.filter((id) => !now.elements[id]),
    removed: ids.filter((id) => !wanted.elements[id]),
    changed: ids.filter((id) => {
      const [a, b] = [now.elements[id], wanted.elements[id]];
      return a && b && canonical(a) !== canonical(b);
    }),
    options: [
      ...option(now.properties, wanted.properties),
      ...option(now.resourceDefaults, wanted.resourceDefaults),
      ...option(now.operationDefaults, wanted.operationDefaults),
    ],
  };
}

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const listed = (what: string, names: readonly string[]): string[] =>
  names.length > 0 ? [`${what} ${names.join(", ")}`] : [];

const nowhere = (spec: PacemakerSpec): Error =>
  new Error(
    `no cluster runs on ${Object.keys(spec.connections).join(" or ")}: its configuration can neither be read nor written`,
  );

const idle = ({ status }: Spokesman): boolean => status !== undefined && running(status).length === 0;

const released = (node: string, xml: Xml, why: string): Step => ({
  node,
  reason: `let the rules go by what the ping says again: ${why}`,
  command: release(xml),
});

/** @throws Error when no node's cluster runs: there is nothing to write to */
export function plan(wanted: PacemakerSpec, seen: PacemakerSeen): Plan {
  const from = spokesman(seen);
  if (!from) throw nowhere(wanted);
  const now = readConfiguration(from.cib);
  const told = toldIn(from.cib.xml);
  if (same(now, partOf(wanted))) {
    const left = [
      ...(heldIn(from.cib.xml).length > 0
        ? [released(from.node, from.cib.xml, "an earlier change was interrupted")]
        : []),
      ...(told.length > 0
        ? [
            {
              node: from.node,
              reason: `start ${told.join(", ")} again: an earlier change was interrupted`,
              command: commit(from.cib.xml, untold(from.cib.xml), unlessMoved(from.cib)),
            },
          ]
        : []),
    ];
    return left.length > 0 ? stages([left]) : nothing("the cluster's configuration is as wanted");
  }
  const d = difference(now, wanted);
  const what = [
    ...listed("add", d.added),
    ...listed("change", d.changed),
    ...listed("remove", d.removed),
    ...listed("set options", d.options),
  ];
  const names = idle(from) ? [] : [...new Set(holds(now, partOf(wanted)).values())];
  // Before the rest: what is merged gets ids by its place.
  const merged = hold(from.cib.xml, merge({ ...from.cib, xml: untold(from.cib.xml) }, wanted), names);
  const step: Step = {
    node: from.node,
    reason: `commit the configuration as one patch: ${what.join("; ")}`,
    command: commit(from.cib.xml, merged, unlessMoved(from.cib)),
    // Where nothing runs there is nothing to lose, and nothing to ask.
    ...(idle(from) ? {} : { predict: simulation(from.cib.xml, merged, now, partOf(wanted), serving(from.status)) }),
  };
  if (idle(from) && told.length === 0) return stages([[step]]);
  const settled: Step = {
    node: from.node,
    reason: "wait until the cluster has acted on it",
    command: untilSettled,
    waits: true,
  };
  /** The commit itself; where a promotable clone gets another agent or another primitive, with that clone stopped. */
  const exchanged = (whole: Step): Step[] => {
    const swaps = exchanges(now, partOf(wanted));
    if (swaps.length === 0) return [whole];
    const clones = swaps.map((s) => s.clone);
    const stopped = toldToStop(from.cib.xml, clones);
    const { predict, ...rest } = whole;
    return [
      {
        node: from.node,
        reason: `stop ${clones.join(", ")} with all that stands on it, for as long as it is exchanged`,
        command: commit(from.cib.xml, stopped, unlessMoved(from.cib)),
        ...(predict ? { predict } : {}),
      },
      {
        node: from.node,
        reason: `wait until ${clones.join(", ")} has stopped`,
        command: untilStopped(
          wanted.stopSeconds,
          swaps.map((s) => s.primitive),
        ),
        waits: true,
      },
      { ...rest, command: commit(stopped, merged, whileTold(clones)) },
    ];
  };
  const after = heldIn(merged).length > 0 ? [released(from.node, merged, "the ping was restarted")] : [];
  const reloaded = reloadable(now, partOf(wanted));
  const forgotten: Step = {
    node: from.node,
    reason: `take back what failed because ${reloaded.join(", ")} was promoted while it was reloaded`,
    command: forgetReload(reloaded),
  };
  return stages([[...exchanged(step), settled, ...(reloaded.length > 0 ? [forgotten] : []), ...after]]);
}

const NOTHING: Configuration = { properties: {}, resourceDefaults: {}, operationDefaults: {}, elements: {} };

/**
 * Everything is stopped first, with fencing on, and only then taken out, in one patch: so no resource is ever without its fence devices,
 * and the daemons can be stopped afterwards without anybody being fenced.
 */
export function remove(_spec: PacemakerSpec, seen: PacemakerSeen): Plan {
  const from = spokesman(seen);
  if (!from) return nothing("no cluster runs here");
  const now = readConfiguration(from.cib);
  if (same(now, NOTHING)) return nothing("the cluster has no configuration of ours");
  const stopped = withProperty(from.cib, "stop-all-resources", "true");
  const bare = merge({ ...from.cib, xml: stopped }, NOTHING);
  const step = (reason: string, command: Step["command"], risk: Danger = "none"): Step => ({
    node: from.node,
    reason,
    command,
    danger: risk,
  });
  return stages([
    [
      step("stop all resources", commit(from.cib.xml, stopped, unlessMoved(from.cib)), "stops"),
      step("wait until nothing but fence devices runs", untilStopped(_spec.stopSeconds)),
      step("take the configuration out as one patch", commit(stopped, bare, whileStopped)),
      step("wait until the cluster has nothing left to do", untilIdle),
    ],
  ]);
}

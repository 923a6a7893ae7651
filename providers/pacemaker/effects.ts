import type { Fact } from "../fact";
import { sh } from "../remote";
import type { Effect, Prediction } from "../step";
import { ruled } from "./attribute";
import { holds } from "./hold";
import { isServer } from "./server";
import type { PredictedAction, Simulation } from "./simulate";
import { describe, parseSimulation } from "./simulate";
import type { Configuration } from "./spec";
import type { ClusterStatus } from "./status";
import type { Xml } from "./xml";
import { formatXml } from "./xml";

type Danger = Effect["danger"];

/** From a moment's pause to no service at all. */
const RANK: readonly Danger[] = ["restarts", "moves", "stops"];
const worst = (all: readonly Danger[]): Danger | undefined =>
  all.reduce<Danger | undefined>((a, b) => (a === undefined || RANK.indexOf(b) > RANK.indexOf(a) ? b : a), undefined);

/** Pacemaker's words for what it does to one instance of a resource, as far as that takes anything away. What starts is no danger, nor what is reloaded, unless it is promoted. */
const DANGER: Readonly<Record<string, Danger>> = {
  restart: "restarts",
  recover: "restarts",
  "re-promote": "restarts",
  move: "moves",
  migrate: "moves",
  stop: "stops",
  demote: "stops",
};

/** What a resource is in: the group or clone, the outermost one. */
function holderOf(id: string, c: Configuration): string | undefined {
  const holder = Object.entries(c.elements).find(
    ([, e]) => (e.kind === "group" && e.members.includes(id)) || (e.kind === "clone" && e.child === id),
  )?.[0];
  return holder === undefined ? undefined : (holderOf(holder, c) ?? holder);
}

/**
 * Pacemaker 2.1 takes an instance for unpromoted from its reload until its monitor has reported. When it decides anew in between, it restarts what stands on
 * the promoted one, and the monitor counts as failed: the service may come up on the other node. Its simulation ends before that.
 */
const forgets = (a: PredictedAction): boolean => a.action === "reload" && a.role === "Promoted" && !a.blocked;

/** A clone whose instance goes here and comes there moves; what is promoted elsewhere has moved, too. */
function dangerOf(actions: readonly PredictedAction[]): Danger | undefined {
  const kinds = actions.flatMap((a) => (a.blocked ? [] : forgets(a) ? "restarts" : (DANGER[a.action] ?? [])));
  const comes = actions.some((a) => a.action === "promote" && !a.blocked);
  return worst(kinds.map((d) => (d === "stops" && comes ? "moves" : d)));
}

/** What may run only beside a resource, the members of a group by their own names. */
function standOn(id: string, c: Configuration): string[] {
  return Object.values(c.elements).flatMap((e) => {
    if (e.kind !== "colocation" || e.withResource !== id) return [];
    const placed = c.elements[e.resource];
    return placed?.kind === "group" ? placed.members : [e.resource];
  });
}

const isFence = (id: string, c: Configuration): boolean => {
  const e = c.elements[id];
  return e?.kind === "primitive" && e.agent.startsWith("stonith:");
};

/** Ids that belong together with this one: what is in it, what it is in, what is placed or ordered with it. */
function beside(id: string, c: Configuration): string[] {
  return Object.entries(c.elements).flatMap(([other, e]) => {
    const linked =
      e.kind === "group"
        ? [other, ...e.members]
        : e.kind === "clone"
          ? [other, e.child]
          : e.kind === "order"
            ? [e.first, e.then]
            : e.kind === "colocation"
              ? [e.resource, e.withResource]
              : [];
    return linked.includes(id) ? linked : [];
  });
}

/**
 * What somebody is served by: the database server, all that it stands on or with, and what says by an attribute where that may be.
 * Without a database server in it nobody can tell, and it is everything but the fence devices.
 */
function service(c: Configuration): ReadonlySet<string> {
  const ids = Object.keys(c.elements);
  const servers = ids.filter((id) => {
    const e = c.elements[id];
    return e?.kind === "primitive" && isServer(e.agent);
  });
  if (servers.length === 0) return new Set(ids.filter((id) => !isFence(id, c)));
  const found = new Set<string>();
  const todo = [...servers];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    todo.push(...beside(id, c));
  }
  for (const id of ids) {
    const places = ruled(id, c).map((location) => c.elements[location]);
    if (places.some((x) => x?.kind === "location" && found.has(x.resource))) found.add(id);
  }
  return found;
}

/** What a simulation cannot see: it ends with the transition, and an attribute that is gone by then counts only in the next one. */
function warnings(
  actions: readonly PredictedAction[],
  effects: readonly Effect[],
  now: Configuration,
  wanted: Configuration,
): string[] {
  const held = holds(now, wanted);
  const forgotten = actions
    .filter(forgets)
    .map(
      (a) => `${a.target} is promoted while it is reloaded: Pacemaker may restart what stands on it, on either node`,
    );
  const spoken = effects.flatMap(({ resource }) =>
    ruled(resource, now).map((location) =>
      held.has(resource)
        ? `what ${resource} says of the nodes is held for ${location} until it has spoken again`
        : `${location} goes by what ${resource} says of a node: where that is missing for longer than its dampening the service may not stay`,
    ),
  );
  return [...forgotten, ...spoken];
}

/** Somebody is served: a database server runs. Not knowing counts as yes. */
export const serving = (status: ClusterStatus | undefined): boolean =>
  status === undefined || status.resources.some((r) => r.active && isServer(r.agent));

/**
 * Effects by name. A group of which all members suffer the same is named itself, and a clone always is, as its instances have no names of their own.
 * @param now the configuration in force: what is in it and not in `wanted` was in a group, too
 */
export function effectsOf(
  actions: readonly PredictedAction[],
  now: Configuration,
  wanted: Configuration,
  someoneServed: boolean,
): Effect[] {
  // What is in force counts: what is new serves nobody yet.
  const serves = service(now);
  const both: Configuration = { ...wanted, elements: { ...now.elements, ...wanted.elements } };
  const found = new Map<string, Danger>();
  const suffer = (id: string, of: readonly PredictedAction[]): void => {
    const danger = dangerOf(of);
    if (danger !== undefined) found.set(id, danger);
  };
  const isClone = (id: string): boolean => both.elements[id]?.kind === "clone";
  // A group that was cloned or not, a resource that was in another group: where it is in force counts.
  const holder = (id: string): string | undefined => holderOf(id, now) ?? holderOf(id, wanted);
  const names = [
    ...new Set(
      actions.map((a) => {
        const h = holder(a.target);
        return h !== undefined && isClone(h) ? h : a.target;
      }),
    ),
  ];
  for (const id of names)
    suffer(
      id,
      actions.filter((a) => a.target === id || (isClone(id) && holder(a.target) === id)),
    );
  for (const reloaded of new Set(actions.filter(forgets).map((a) => holder(a.target) ?? a.target)))
    for (const id of standOn(reloaded, now)) if (!found.has(id)) found.set(id, "restarts");
  const fenced = new Set(actions.filter((a) => a.action.startsWith("Fence")).map((a) => a.target));
  for (const node of fenced) found.set(node, "stops");
  for (const [id, e] of Object.entries(now.elements)) {
    if (e.kind !== "group") continue;
    const dangers = new Set(e.members.map((m) => found.get(m)));
    const [one] = dangers;
    if (dangers.size !== 1 || one === undefined) continue;
    for (const m of e.members) found.delete(m);
    found.set(id, one);
  }
  return [...found]
    .map(([resource, danger]): Effect => {
      const within = holder(resource);
      return {
        danger,
        resource,
        ...(within === undefined ? {} : { within }),
        service: someoneServed && (serves.has(resource) || fenced.has(resource)),
      };
    })
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

const keyOf = (a: PredictedAction): string => `${a.action} ${a.target} ${a.from} ${a.to} ${a.nextRole}`;

/** What the new configuration does beyond what Pacemaker is about to do anyway. */
export function predict(
  before: Simulation,
  after: Simulation,
  now: Configuration,
  wanted: Configuration,
  someoneServed: boolean,
): Prediction {
  const anyway = new Set(before.actions.map(keyOf));
  const actions = after.actions.filter((a) => !anyway.has(keyOf(a)));
  const effects = effectsOf(actions, now, wanted, someoneServed);
  const said = actions.length > 0 ? actions.map((a) => `Pacemaker: ${describe(a)}`) : ["Pacemaker: nothing to do"];
  return { effects, words: [...said, ...warnings(actions, effects, now, wanted)] };
}

export const SEPARATOR = "----";

/** Both answers of `crm_simulate`, in the order asked. @throws Error with what it said where it would not simulate */
export function bothOf(stdout: string, stderr: string, code: number): [Simulation, Simulation] {
  const [before = "", after = ""] = stdout.split(`${SEPARATOR}\n`);
  if (code !== 0 || after.trim() === "")
    throw new Error(
      code === 127 ? "crm_simulate is not installed" : `crm_simulate: ${(stderr || stdout).trim().slice(-600)}`,
    );
  return [parseSimulation(before), parseSimulation(after)];
}

/** Asks Pacemaker's scheduler on a node what it makes of the new configuration, with the status as it was read along with the old one. */
export function simulation(
  from: Xml,
  to: Xml,
  now: Configuration,
  wanted: Configuration,
  someoneServed: boolean,
): Fact<Prediction> {
  const old = formatXml(from);
  const script = sh`d=$(mktemp -d /run/qvd-ha-sim.XXXXXXXX)
trap 'rm -rf "$d"' EXIT
head -c ${Buffer.byteLength(old)} >"$d/old.xml"
cat >"$d/new.xml"
crm_simulate --simulate --xml-file "$d/old.xml" --output-as=xml
echo ${SEPARATOR}
crm_simulate --simulate --xml-file "$d/new.xml" --output-as=xml`;
  return {
    command: { script, stdin: old + formatXml(to) },
    parse: ({ stdout, stderr, code }) => predict(...bothOf(stdout, stderr, code), now, wanted, someoneServed),
  };
}

import { milliseconds } from "@qvd-ha/providers/dist/pacemaker/duration";
import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { layoutNameSeen, layoutSeen } from "@qvd-ha/providers/dist/pacemaker/layouts";
import type { Configuration, Primitive } from "@qvd-ha/providers/dist/pacemaker/spec";
import { staying } from "../../components/definitions";

// What the cluster's configuration says of the keys that a stack has.

/** Without what is undefined; the maps in it, too. */
export function defined<T extends object>(object: T): T {
  const entries = Object.entries(object).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries) as T;
}

/** The names of everything that serves the database, as this cluster has them. */
export const idsIn = (c: Configuration): Layout => layoutSeen(Object.keys(c.elements));

export const layout = (c: Configuration): string => layoutNameSeen(Object.keys(c.elements));

export function primitive(c: Configuration, id: string | undefined): Primitive | undefined {
  const e = id === undefined ? undefined : c.elements[id];
  return e?.kind === "primitive" ? e : undefined;
}

export const param = (c: Configuration, id: string | undefined, name: string): string | undefined =>
  primitive(c, id)?.params[name];

/** Whole seconds, as a stack has them; undefined where it is no such length of time. */
export function seconds(duration: string | undefined): number | undefined {
  const ms = duration === undefined ? undefined : milliseconds(duration);
  return ms === undefined || ms < 1000 ? undefined : Math.round(ms / 1000);
}

interface Operation {
  readonly interval?: number;
  readonly timeout?: number;
}

function operation(p: Primitive | undefined, name: string, role?: string): Operation {
  const op = p?.operations.find((o) => o.name === name && o.role === role);
  return defined({ interval: seconds(op?.interval), timeout: seconds(op?.timeout) });
}

function timer(p: Primitive | undefined): object | undefined {
  if (!p) return undefined;
  return defined({
    start: operation(p, "start").timeout,
    stop: operation(p, "stop").timeout,
    monitor: operation(p, "monitor"),
  });
}

/** How long fencing may take: the device's own limit, or else the cluster's, which with watchdogs is about them. */
function fencingSeconds(c: Configuration, device: string): number | undefined {
  if (!primitive(c, device) && c.properties["stonith-watchdog-timeout"] !== undefined) return undefined;
  return seconds(param(c, device, "pcmk_reboot_timeout")) ?? seconds(c.properties["stonith-timeout"]);
}

export function timers(c: Configuration, device: string) {
  const ids = idsIn(c);
  const drbd = primitive(c, ids.drbd);
  const fence = primitive(c, device);
  return defined({
    drbd: drbd && {
      ...Object.fromEntries(
        ["start", "stop", "promote", "demote", "notify"].flatMap((name) => {
          const { timeout } = operation(drbd, name);
          return timeout === undefined ? [] : [[name, timeout]];
        }),
      ),
      monitorPromoted: operation(drbd, "monitor", "Promoted"),
      monitorUnpromoted: operation(drbd, "monitor", "Unpromoted"),
    },
    fileSystem: timer(primitive(c, ids.fileSystem)),
    address: timer(primitive(c, ids.address)),
    postgres: timer(primitive(c, ids.postgres)),
    ping: timer(primitive(c, ids.ping?.primitive)),
    mail: inGroup(c, ids.mail) ? timer(primitive(c, ids.mail)) : undefined,
    fencing: defined({
      off: fencingSeconds(c, device),
      start: operation(fence, "start").timeout,
      monitor: operation(fence, "monitor"),
    }),
  });
}

function inGroup(c: Configuration, id: string): boolean {
  const group = c.elements[idsIn(c).group];
  return group?.kind === "group" && group.members.includes(id);
}

/** Mail is a key only where it is as the program has it: a member of the database's group. */
export const mail = (c: Configuration): { to: string } | undefined => {
  const id = idsIn(c).mail;
  const to = param(c, id, "email");
  return to !== undefined && inGroup(c, id) ? { to } : undefined;
};

export const whole = (text: string | undefined): number | undefined =>
  /^\d+$/.test(text ?? "") ? Number(text) : undefined;

/** Whole minutes as a person writes them; a spec has seconds. */
function minutes(duration: string | undefined): string | undefined {
  const s = seconds(duration);
  return s !== undefined && s % 60 === 0 ? `${s / 60}min` : duration;
}

export const defaults = (c: Configuration) =>
  defined({
    recheckInterval: minutes(c.properties["cluster-recheck-interval"]),
    stickiness: whole(c.resourceDefaults["resource-stickiness"]),
    migrationThreshold: whole(c.resourceDefaults["migration-threshold"]),
    failureTimeout: minutes(c.resourceDefaults["failure-timeout"]),
    priorityFencingDelay: seconds(c.properties["priority-fencing-delay"]) ?? 0,
    loadThreshold: c.properties["load-threshold"],
    nodeActionLimit: whole(c.properties["node-action-limit"]),
    addressBeside: inGroup(c, idsIn(c).address) || c.elements.o_ip_on_drbd === undefined ? undefined : true,
  });

/** Whether DRBD's agent is told of what happens; undefined where the configuration says nothing of it. */
export function notifications(c: Configuration): boolean | undefined {
  const clone = c.elements[idsIn(c).drbdClone];
  return clone?.kind === "clone" && clone.meta.notify === "false" ? false : undefined;
}

/** The node that the address prefers, by the layout's own location; a score above what keeps the database where it is means that it goes back. */
export function preferred(c: Configuration, names: readonly string[], stickiness: number): object | undefined {
  const ids = idsIn(c);
  const stays = staying({ cluster: { stickiness }, mail: mail(c) });
  return names.flatMap((node, i) => {
    const l = c.elements[ids.preferred(i + 1, node)];
    if (l?.kind !== "location" || l.node !== node || l.resource !== ids.address) return [];
    const score = whole(l.score);
    if (score === undefined) return [];
    return [score > stays ? { node, score: score - stays, failBack: true } : { node, score }];
  })[0];
}

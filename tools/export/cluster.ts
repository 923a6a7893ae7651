import { milliseconds } from "@qvd-ha/providers/dist/pacemaker/duration";
import type { Configuration, Primitive } from "@qvd-ha/providers/dist/pacemaker/spec";

// What the cluster's configuration says of the keys that a stack has.

/** Without what is undefined; the maps in it, too. */
export function defined<T extends object>(object: T): T {
  const entries = Object.entries(object).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries) as T;
}

export function primitive(c: Configuration, id: string): Primitive | undefined {
  const e = c.elements[id];
  return e?.kind === "primitive" ? e : undefined;
}

export const param = (c: Configuration, id: string, name: string): string | undefined => primitive(c, id)?.params[name];

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

/** How long fencing may take: the device's own limit, or else the cluster's. */
function fencingSeconds(c: Configuration, device: string): number | undefined {
  return seconds(param(c, device, "pcmk_reboot_timeout")) ?? seconds(c.properties["stonith-timeout"]);
}

export function timers(c: Configuration, device: string) {
  const drbd = primitive(c, "p_drbd_postgres");
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
    fileSystem: timer(primitive(c, "p_fs_postgres")),
    address: timer(primitive(c, "p_ip_postgres")),
    postgres: timer(primitive(c, "p_postgres")),
    ping: timer(primitive(c, "p_ping")),
    mail: inGroup(c, "p_mailto") ? timer(primitive(c, "p_mailto")) : undefined,
    fencing: defined({
      off: fencingSeconds(c, device),
      start: operation(fence, "start").timeout,
      monitor: operation(fence, "monitor"),
    }),
  });
}

function inGroup(c: Configuration, id: string): boolean {
  const group = c.elements["g_postgres"];
  return group?.kind === "group" && group.members.includes(id);
}

/** Mail is a key only where it is as the program has it: a member of the database's group. */
export const mail = (c: Configuration): { to: string } | undefined => {
  const to = param(c, "p_mailto", "email");
  return to !== undefined && inGroup(c, "p_mailto") ? { to } : undefined;
};

const whole = (text: string | undefined): number | undefined => (/^\d+$/.test(text ?? "") ? Number(text) : undefined);

/** Whole minutes as a person writes them; a spec has seconds. */
function minutes(duration: string | undefined): string | undefined {
  const s = seconds(duration);
  return s !== undefined && s % 60 === 0 ? `${s / 60}min` : duration;
}

export const defaults = (c: Configuration): object =>
  defined({
    recheckInterval: minutes(c.properties["cluster-recheck-interval"]),
    stickiness: whole(c.resourceDefaults["resource-stickiness"]),
    migrationThreshold: whole(c.resourceDefaults["migration-threshold"]),
    failureTimeout: minutes(c.resourceDefaults["failure-timeout"]),
    priorityFencingDelay: seconds(c.properties["priority-fencing-delay"]) ?? 0,
    loadThreshold: c.properties["load-threshold"],
    nodeActionLimit: whole(c.properties["node-action-limit"]),
    addressBeside: inGroup(c, "p_ip_postgres") || c.elements.o_ip_on_drbd === undefined ? undefined : true,
  });

/** Whether DRBD's agent is told of what happens; undefined where the configuration says nothing of it. */
export function notifications(c: Configuration): boolean | undefined {
  const clone = c.elements["ms_drbd_postgres"];
  return clone?.kind === "clone" && clone.meta.notify === "false" ? false : undefined;
}

/** Whether the device goes over a connection that the nodes keep open. */
export const standing = (p: Primitive | undefined): boolean | undefined =>
  p?.params.ssh_options?.includes("ControlPath=") ? true : undefined;

/** Where a fence device goes: host as it is written there, user, port, domain. */
export interface FenceTarget {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly domain?: string;
}

export function fenceTarget(p: Primitive): FenceTarget | undefined {
  const { params } = p;
  if (p.agent === "stonith:external/libvirt") {
    const uri = /^qemu\+ssh:\/\/(?:([^@/]+)@)?([^/:?]+)(?::(\d+))?\//.exec(params.hypervisor_uri ?? "");
    if (!uri) return undefined;
    const domain = (params.hostlist ?? "").split(/[\s,]+/)[0]?.split(":")[1];
    return defined({ host: uri[2] as string, user: uri[1], port: uri[3] ? Number(uri[3]) : undefined, domain });
  }
  const host = params.ip ?? params.ipaddr;
  if (!["stonith:fence_virsh", "stonith:fence_qvd_ha"].includes(p.agent) || host === undefined) return undefined;
  return defined({
    host,
    user: params.username ?? params.login,
    port: whole(params.ipport),
    domain: params.plug ?? params.port,
  });
}

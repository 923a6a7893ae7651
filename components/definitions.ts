import { deviceOf } from "@qvd-ha/providers/dist/drbd/spec";
import { AGENT } from "@qvd-ha/providers/dist/maintenance/alertAgent/render";
import { KEPT } from "@qvd-ha/providers/dist/pacemaker/kept";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { agentParams } from "@qvd-ha/providers/dist/postgres/agent";
import { fenceKinds, resetSeconds } from "./config/fencing";
import { ipOf, prefixOf } from "./config/primitives";
import type { Settings } from "./config/schema";
import type { Timers } from "./config/timers";
import type { PacemakerPrimitiveArgs } from "./pacemakerPrimitive";
import { serverOf } from "./server";

// What the HOWTO's section 10.5 types into crm, as pure functions of the settings: the components make resources of it, the bound adds it up.

/** A ping that failed for a moment is no lost router; the attribute follows after this. */
const PING_DAMPEN = "5s";

type Operations = NonNullable<PacemakerPrimitiveArgs["operations"]>;
type Simple = Pick<Timers["address"], "start" | "stop" | "monitor">;

const operations = ({ start, stop, monitor }: Simple): Operations => [
  { name: "start", interval: 0, timeout: start },
  { name: "stop", interval: 0, timeout: stop },
  { name: "monitor", ...monitor },
];

export const ping = (s: Settings): PacemakerPrimitiveArgs => ({
  agent: "ocf:pacemaker:ping",
  params: { host_list: s.ping.hosts.join(" "), multiplier: 100, name: "pingd", dampen: PING_DAMPEN },
  operations: operations(s.timers.ping),
  awaits: "running-on-all",
});

export function drbd(s: Settings): PacemakerPrimitiveArgs {
  const t = s.timers.drbd;
  return {
    agent: s.drbd.agent,
    params: {
      drbd_resource: s.drbd.resource,
      // Or the agent refuses to run without them.
      ...(s.drbd.notifications ? {} : { ignore_missing_notifications: true }),
    },
    operations: [
      { name: "start", interval: 0, timeout: t.start },
      { name: "stop", interval: 0, timeout: t.stop },
      { name: "promote", interval: 0, timeout: t.promote },
      { name: "demote", interval: 0, timeout: t.demote },
      { name: "notify", interval: 0, timeout: t.notify },
      { name: "monitor", role: "Promoted", ...t.monitorPromoted },
      { name: "monitor", role: "Unpromoted", ...t.monitorUnpromoted },
    ],
    awaits: "promoted",
  };
}

export function fileSystem(s: Settings): PacemakerPrimitiveArgs {
  const { start, stop, monitor } = s.timers.fileSystem;
  const options: Record<string, string> = s.database.mountOptions === "" ? {} : { options: s.database.mountOptions };
  return {
    agent: s.database.fileSystemAgent,
    params: { device: deviceOf(s.drbd), directory: s.database.directory, fstype: "xfs", ...options },
    operations: [
      { name: "start", interval: 0, timeout: start },
      { name: "stop", interval: 0, timeout: stop },
      // Level 20 writes and reads a file: a file system that has shut itself down does not pass.
      { name: "monitor", ...monitor, params: { OCF_CHECK_LEVEL: 20 } },
    ],
  };
}

export function address(s: Settings): PacemakerPrimitiveArgs {
  const [nic, ...others] = [...new Set(s.nodes.map((n) => n.lanInterface))];
  // Interfaces of different names: the agent finds the right one by the network.
  const same: Record<string, string> = nic !== undefined && others.length === 0 ? { nic } : {};
  return {
    agent: s.database.addressAgent,
    params: { ip: ipOf(s.database.address), cidr_netmask: prefixOf(s.database.address), ...same },
    operations: operations(s.timers.address),
  };
}

export function postgres(s: Settings): PacemakerPrimitiveArgs {
  const { binDir, psql, user: osUser } = serverOf(s.os, s.database.version);
  const { agent, directory: dataDirectory, port, name, user, settings, monitor, logFile } = s.database;
  const needs = { binDir, psql, osUser, dataDirectory, port, database: { name }, settings, monitor, logFile };
  const params = { ...agentParams(needs), ...(monitor.role === user ? { monitor_password: KEPT } : {}) };
  // Ours logs in by peer and asks for no password, not even for one that nobody checks.
  const { monitor_password: _, ...withoutPassword } = params;
  return {
    agent,
    params: agent === "ocf:heartbeat:pgsql" ? params : withoutPassword,
    operations: operations(s.timers.postgres),
  };
}

/** Whoever cannot send a mail must not take the database along: without this, a stop that fails for want of a mail program gets the node fenced. */
export const mail = (s: Settings, to: string): PacemakerPrimitiveArgs => ({
  agent: "ocf:heartbeat:MailTo",
  params: { email: to },
  operations: operations(s.timers.mail).map((o) => ({ ...o, onFail: "ignore" as const })),
});

/** An agent that takes longer is ended: it only leaves a file. */
const ALERT_SECONDS = 15;

export const alert = { path: AGENT, meta: { timeout: ALERT_SECONDS, "timestamp-format": "%s" } } as const;

/** A priority, so that the side with the database wins a split: priority-fencing-delay counts it. */
export const groupMeta = { priority: 1 } as const;

/** Members of the group, in the order in which they start. */
export function groupMembers(s: Settings): string[] {
  const ids = layoutOf(s.layout);
  const address = s.cluster.addressBeside ? [] : [ids.address];
  return [ids.fileSystem, ...address, ids.postgres, ...(s.mail ? [ids.mail] : [])];
}

/** Where the address is none of them: it is where DRBD is promoted all the same, and no client loses it before the server has said good-bye. */
export function besideConstraints(s: Settings) {
  const ids = layoutOf(s.layout);
  return {
    o_ip_on_drbd: { resource: ids.address, withResource: ids.drbdClone, withRole: "Promoted" },
    o_drbd_before_ip: { first: ids.drbdClone, firstAction: "promote", then: ids.address, thenAction: "start" },
    o_postgres_stops_before_ip: {
      strength: "Optional",
      first: ids.postgres,
      firstAction: "stop",
      then: ids.address,
      thenAction: "stop",
      symmetrical: false,
    },
  } as const;
}

export const drbdCloneMeta = (s: Settings) => ({
  promotable: true,
  "promoted-max": 1,
  "promoted-node-max": 1,
  "clone-max": 2,
  "clone-node-max": 1,
  notify: s.drbd.notifications,
  interleave: true,
});

/** How much the group wants to stay where it is: each of its members counts. */
export const staying = (s: { readonly cluster: { readonly stickiness: number }; readonly mail?: unknown }): number =>
  s.cluster.stickiness * (s.mail ? 4 : 3);

/** The preferred node's score: to go back there it must outweigh staying. */
export const preference = (s: Settings): number =>
  (s.preferredNode?.score ?? 0) + (s.preferredNode?.failBack ? staying(s) : 0);

/** Pacemaker gives a fencing as a whole a little more than the device's own time. */
const FENCING_MARGIN_SECONDS = 20;

/** The longest that one fencing may take, every kind of device in its turn. */
export const fencingSeconds = (s: Settings): number =>
  s.fencing.kind === "sbd" ? resetSeconds(s) : s.timers.fencing.off * fenceKinds(s.fencing).length;

export const properties = (s: Settings): Readonly<Record<string, string | number | boolean>> => ({
  "stonith-enabled": true,
  "stonith-timeout": fencingSeconds(s) + FENCING_MARGIN_SECONDS,
  ...(s.fencing.kind === "sbd" ? { "stonith-watchdog-timeout": resetSeconds(s) } : {}),
  "cluster-recheck-interval": s.cluster.recheckInterval,
  ...(s.cluster.loadThreshold === undefined ? {} : { "load-threshold": s.cluster.loadThreshold }),
  ...(s.cluster.nodeActionLimit === undefined ? {} : { "node-action-limit": s.cluster.nodeActionLimit }),
  // 0 is Pacemaker's own default.
  ...(s.cluster.priorityFencingDelay > 0 ? { "priority-fencing-delay": s.cluster.priorityFencingDelay } : {}),
});

export const resourceDefaults = (s: Settings): Readonly<Record<string, string | number>> => ({
  "resource-stickiness": s.cluster.stickiness,
  "migration-threshold": s.cluster.migrationThreshold,
  "failure-timeout": s.cluster.failureTimeout,
});

import { isDeepStrictEqual } from "node:util";
import { Secret, sh } from "../remote";
import type { Plan, Step } from "../step";
import { nothing, plan as planOf } from "../step";
import type { PostgresSeen, SeenNodes } from "./read";
import { needRestart } from "./meaning";
import { activeNodes, mountOptions, settingsOf } from "./read";
import { files } from "./render";
import {
  forgetScript,
  proofScript,
  releaseScript,
  resetScript,
  restartScript,
  rewriteScript,
  seedScript,
  sqlScript,
} from "./scripts";
import type { PostgresSpec } from "./spec";
import { seedSql } from "./sql";
import { fingerprint, renderStamp } from "./stamp";

/** Pacemaker has the service in its hands; not knowing counts as yes, because acting beside it could run two servers. */
const isManaged = (seen: SeenNodes): boolean => Object.values(seen).some((n) => n.managed !== "no");

const holds = (n: PostgresSeen): boolean =>
  n.place.running || n.place.mountPoint === "mounted" || n.drbd.role === "Primary";

function refuseStrangers(s: PostgresSpec, seen: SeenNodes): void {
  for (const [node, n] of Object.entries(seen)) {
    if (n.place.mountPoint === "foreign")
      throw new Error(
        `${node}: something else is mounted on ${s.mountPoint}: unmount it, or choose another mountPoint`,
      );
    if (n.place.elsewhere) throw new Error(`${node}: ${s.device} is mounted on ${n.place.elsewhere}: unmount it first`);
  }
}

function refuseUnsynchronised(s: PostgresSpec, seen: SeenNodes): void {
  for (const [node, { drbd }] of Object.entries(seen))
    if (drbd.connection !== "Connected" || drbd.disks !== "UpToDate/UpToDate")
      throw new Error(
        `${node}: DRBD ${s.drbdResource} is ${drbd.connection || "down"} ${drbd.disks}, and must be Connected UpToDate/UpToDate before data is made on it`,
      );
}

/** Before the cluster: data made on one node, the server proved on the other, nothing left running on either. */
function beforeCluster(s: PostgresSpec, seen: SeenNodes): Plan {
  const mark = fingerprint(s);
  const peer = Object.keys(s.connections).find((n) => n !== s.seedNode) as string;
  const seeded = seen[s.seedNode]?.stamp.seeded === mark;
  const proved = seen[peer]?.stamp.proved === mark;
  if (seeded && proved) return nothing(`seeded on ${s.seedNode} and proved on ${peer}, waiting for the cluster`);
  refuseStrangers(s, seen);
  refuseUnsynchronised(s, seen);
  const held = Object.keys(s.connections).filter((n) => holds(seen[n] as PostgresSeen));
  const release = held.map((node): Step => ({
    node,
    reason: `stop, unmount and demote what an earlier run left: the cluster does not run it`,
    command: { script: releaseScript(s), timeoutSeconds: 900 },
    danger: "stops",
  }));
  const seed: Step = {
    node: s.seedNode,
    reason: `make the data on ${s.device}: server, role ${s.role.name}, database ${s.database.name}, monitor, and log in once`,
    command: {
      script: seedScript(s, s.addresses[s.seedNode] as string, files(s), renderStamp({ seeded: mark })),
      stdin: new Secret(`${s.role.password}\n${seedSql(s)}`),
      timeoutSeconds: 1800,
    },
  };
  const proof: Step = {
    node: peer,
    reason: `prove that the server starts here and takes a log-in`,
    command: {
      script: proofScript(s, s.addresses[peer] as string, renderStamp({ proved: mark })),
      stdin: new Secret(`${s.role.password}\n`),
      timeoutSeconds: 1200,
    },
  };
  return planOf([release, seeded ? [] : [seed], [proof]]);
}

const filesDiffer = (s: PostgresSpec, at: PostgresSeen): string[] => {
  const f = at.files;
  if (!f) return [];
  return [
    ...(isDeepStrictEqual({ ...settingsOf(s, f, at.server) }, { ...s.settings }) ? [] : ["postgresql.conf"]),
    ...(isDeepStrictEqual(f.hba, s.hba) ? [] : ["pg_hba.conf"]),
    ...(isDeepStrictEqual(f.ident, s.ident) ? [] : ["pg_ident.conf"]),
  ];
};

function contentsDiffer(s: PostgresSpec, server: NonNullable<PostgresSeen["server"]>): string[] {
  const db = server.database;
  return [
    ...(server.password === "ours" ? [] : [`the password of ${s.role.name} is not the wanted one`]),
    ...server.roles,
    ...(db ? [] : [`database ${s.database.name} is missing`]),
    ...(db && db.owner !== s.database.owner ? [`database ${s.database.name} belongs to ${db.owner}`] : []),
    ...(server.monitor ? [] : [`${s.monitor.schema}.${s.monitor.table} is not as the monitor needs it`]),
  ];
}

/** What no step of ours can mend. */
function refuseUnchangeable(s: PostgresSpec, node: string, at: PostgresSeen): void {
  const say = (what: string): never => {
    throw new Error(`${node}: ${what}`);
  };
  if (at.files && at.files.version !== s.version)
    say(
      `the data was made by PostgreSQL ${at.files.version}, wanted is ${s.version}: make upgrade-postgres, or set database.version`,
    );
  if (s.checksums && at.server?.checksums === false)
    say("the data has no checksums: stop the service and run pg_checksums --enable, or set checksums to false");
  const db = at.server?.database;
  // To make the new name beside the old one would look like lost data, and is never what a new name is for.
  const others = at.server?.databases ?? [];
  if (at.server && !db && others.length > 0)
    say(
      `database ${s.database.name} is missing, and there is ${others.join(", ")}: a database is renamed by hand, while nobody is connected (alter database … rename to ${s.database.name}), or the new one is made by hand`,
    );
  if (db && at.server?.roles.includes(`role ${s.role.name} is missing`))
    say(
      `role ${s.role.name} is missing, and database ${s.database.name} belongs to ${db.owner}: a role is renamed by hand (alter role ${db.owner} rename to ${s.role.name}), as all that is in the database is its own`,
    );
  if (db && (db.encoding !== s.database.encoding || db.locale !== s.database.locale))
    say(
      `database ${s.database.name} has encoding ${db.encoding} and locale ${db.locale}, wanted are ${s.database.encoding} and ${s.database.locale}: only a dump and restore can change that`,
    );
}

/** A restart of the server by the cluster, as the cluster will call it. */
const disturbance = (s: PostgresSpec, node: string): Pick<Step, "effects" | "words"> => ({
  effects: [{ danger: "restarts", resource: s.primitives.postgres, service: true }],
  words: [`Pacemaker: restart ${s.primitives.postgres} on ${node}: PostgreSQL takes it up at its start only`],
});

const only = (names: readonly string[], all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));

/** Under the cluster: only where it runs, without stopping it where that can be avoided. */
function underCluster(s: PostgresSpec, seen: SeenNodes): Plan {
  const [node, second] = activeNodes(seen);
  if (second) throw new Error(`the server runs on ${node} and ${second} at once: stop the cluster and find out why`);
  if (!node)
    throw new Error(
      `the cluster manages the server, but it runs on no node at ${s.mountPoint}: bring ${s.primitives.postgres} up (crm_mon -1rf says why it is down), then repeat`,
    );
  const at = seen[node] as PostgresSeen;
  if (!at.server || !at.files)
    throw new Error(`${node}: the server runs, but does not answer on its local socket: wait until it has started`);
  refuseUnchangeable(s, node, at);
  const changed = filesDiffer(s, at);
  const contents = contentsDiffer(s, at.server);
  const system = Object.keys(at.files.system);
  const todo: Step[] = [];
  const restarting = changed.includes("postgresql.conf")
    ? needRestart(s.settings, at.files.settings, at.server.parameters ?? {})
    : [];
  if (changed.length > 0)
    todo.push({
      node,
      reason: `rewrite ${changed.join(", ")} and have the server read it${restarting.length > 0 ? `; ${restarting.join(", ")} then ${restarting.length > 1 ? "need" : "needs"} a restart` : ""}`,
      // Agreed to before the first step: files that wait for a restart nobody wants would be half a change.
      ...(restarting.length > 0 ? disturbance(s, node) : {}),
      command: { script: rewriteScript(s, only(changed, files(s))), timeoutSeconds: 300 },
    });
  if (system.length > 0)
    todo.push({
      node,
      reason: `take back what ALTER SYSTEM set over postgresql.conf: ${system.join(", ")}`,
      command: { script: resetScript(s), timeoutSeconds: 300 },
    });
  if (contents.length > 0)
    todo.push({
      node,
      reason: contents.join(", "),
      command: { script: sqlScript(s), stdin: new Secret(seedSql(s)), timeoutSeconds: 300 },
    });
  if (mountOptions(s, at.place).mountOptions !== s.mountOptions)
    todo.push({
      node,
      reason: `${s.mountPoint} is mounted with other options than ${s.mountOptions}`,
      command: { script: sh`mount -o ${`remount,rw,${s.mountOptions || "defaults"}`} ${s.mountPoint}` },
    });
  if (todo.length > 0) return planOf([todo]);
  if (at.server.refused.length > 0)
    throw new Error(`${node}: the server does not take its configuration: ${at.server.refused.join("; ")}`);
  if (at.server.pendingRestart.length === 0) return nothing(`as wanted on ${node}`);
  const restart: Step = {
    node,
    reason: `restart ${s.primitives.postgres} by the cluster: ${at.server.pendingRestart.join(", ")} cannot change while it runs`,
    command: { script: restartScript(s), timeoutSeconds: 560 },
    danger: "restarts",
    ...disturbance(s, node),
  };
  return planOf([[restart]]);
}

/** One sentence of safety: nothing here starts, mounts or promotes while Pacemaker may do so, too. */
export const plan = (s: PostgresSpec, seen: SeenNodes): Plan =>
  isManaged(seen) ? underCluster(s, seen) : beforeCluster(s, seen);

/** Stopped, unmounted and forgotten; the data stays on the device, whose own kind decides about it. */
export function remove(s: PostgresSpec, seen: SeenNodes): Plan {
  if (isManaged(seen))
    throw new Error(`the cluster still manages ${s.primitives.postgres}: take it out of the cluster first`);
  refuseStrangers(s, seen);
  const forget = Object.entries(seen)
    .filter(([, n]) => holds(n) || n.stamp.seeded || n.stamp.proved || n.place.mountPoint === "empty")
    .map(([node, n]): Step => ({
      node,
      reason: `${holds(n) ? "stop and unmount the server, " : ""}forget its seeding; the data stays on ${s.device}`,
      command: { script: forgetScript(s), timeoutSeconds: 900 },
      ...(holds(n) ? { danger: "stops" as const } : {}),
    }));
  return planOf([forget], "nothing of it is left on the nodes");
}

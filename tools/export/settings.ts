import { AGENT_NAMES } from "@qvd-ha/providers/dist/agents/render";
import { parseConfig, section, value } from "@qvd-ha/providers/dist/corosync/config";
import { parseDevice } from "@qvd-ha/providers/dist/corosync/render";
import { find, optionsOf } from "@qvd-ha/providers/dist/drbd/config";
import type { Foreign } from "@qvd-ha/providers/dist/drbd/foreign";
import { parseDump } from "@qvd-ha/providers/dist/drbd/foreign";
import { parseRepository } from "@qvd-ha/providers/dist/node/render";
import { os as family } from "@qvd-ha/providers/dist/os";
import { readConfiguration } from "@qvd-ha/providers/dist/pacemaker/cib";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { inNetwork } from "../../components/config/primitives";
import { clusterSchema } from "../../components/config/schema";
import type { SecretName } from "../../components/config/secrets";
import { serverOf } from "../../components/server";
import * as cluster from "./cluster";
import { defined } from "./cluster";
import * as database from "./database";
import type { DatabaseFound, NodeFound } from "./facts";
import type { FenceTarget, FencingFound } from "./fencing";
import { fencingOf } from "./fencing";
import { addressOf, hostKey, nameOf } from "./hosts";

/** All that was read. */
export interface Found {
  /** By node name, in the order of Corosync's ids. */
  readonly nodes: Readonly<Record<string, NodeFound>>;
  readonly connections: Readonly<Record<string, Connection>>;
  /** Of the node that serves. */
  readonly database?: DatabaseFound;
  /** How the program is to reach the host of the third vote, which no node knows. */
  readonly arbiter?: Arbiter;
}

export type Arbiter = Omit<Connection, "privateKey">;

/** A stack's keys, before defaults are left out, and its secrets. */
export interface Derived {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
  /** Secrets that a stack with these keys must have, whether or not a node tells them. */
  readonly needs: readonly SecretName[];
}

/** What stops an export; says what was looked for, where. */
export class NotFound extends Error {
  override name = "NotFound";
}

const must = <T>(value: T | undefined, what: string): T => {
  if (value === undefined || value === "") throw new NotFound(`${what}: there is nothing to export`);
  return value;
};

/** The version whose programs serve, where they lie beside those of the system's own. */
function versionIn(c: Configuration, os: NonNullable<NodeFound["machine"]["os"]>): string | undefined {
  const programs = cluster.param(c, cluster.idsIn(c).postgres, "pgctl") ?? "";
  const version = /\/(\d+)\/bin\/pg_ctl$/.exec(programs)?.[1];
  return version !== undefined &&
    version !== String(family(os).postgres.version) &&
    programs === `${serverOf(os, version).binDir}/pg_ctl`
    ? version
    : undefined;
}

/** Where the database is, as the cluster's configuration tells it. */
export function databaseAt(c: Configuration, os: NodeFound["machine"]["os"]) {
  const system = os ?? "debian12";
  const { psql, user } = serverOf(system, versionIn(c, system));
  const ids = cluster.idsIn(c);
  const directory = must(cluster.param(c, ids.fileSystem, "directory"), `${ids.fileSystem} has no directory`);
  return {
    psql,
    osUser: cluster.param(c, ids.postgres, "pgdba") ?? user,
    port: 5432,
    database: cluster.param(c, ids.postgres, "pgdb") ?? "qvddb",
    dataDirectory: cluster.param(c, ids.postgres, "pgdata") ?? directory,
  };
}

/** The cluster's configuration, as any of the nodes has it. @throws NotFound */
export const configurationOf = (nodes: Found["nodes"]): Configuration =>
  readConfiguration(must(Object.values(nodes).find((n) => n.cib)?.cib, "no node's Pacemaker answers"));

/** Everything of the cluster as a stack's configuration; `cib` apart, which is what the rest leaves unsaid. Pure. @throws NotFound */
export function derive(found: Found): Derived {
  const names = Object.keys(found.nodes);
  const first = found.nodes[names[0] as string] as NodeFound;
  const c = configurationOf(found.nodes);
  const ids = cluster.idsIn(c);
  const ip = must(cluster.param(c, ids.address, "ip"), `${ids.address} has no address`);
  const resource = must(cluster.param(c, ids.drbd, "drbd_resource"), `${ids.drbd} has no resource`);
  const drbd = must(parseDump(first.drbd, resource), `drbdadm knows no resource ${resource}`);
  const conf = parseConfig(must(first.corosync, "corosync.conf is missing"));
  const totem = section(conf, "totem");
  const os = must(first.machine.os, `${first.machine.title} is in no table of operating systems`);

  const third = parseDevice(section(conf, "quorum"));
  const fencing = fencingOf(c, names, first, third?.syncTimeout);
  const fences = names.map((n) => fencing.nodes[n]?.target);
  const nodes = names.map((n) => node(found, drbd, n, ip, fencing.nodes[n]));
  const hypervisors = hypervisorsOf(found, fences);
  const { settings, password } = databaseOf(
    found,
    c,
    os,
    ip,
    nodes.map((n) => n.lan),
  );

  const defaults = cluster.defaults(c);
  const timers = cluster.timers(c, fencing.device);

  return {
    settings: defined({
      // What is read is said key by key; what is not there is not to be added by a default.
      profile: "howto",
      platform: "existing",
      os,
      nodes: nodes.map((n, i) => (hypervisors.length > 1 ? { ...n, hypervisor: hypervisorName(found, fences[i]) } : n)),
      hypervisors,
      layout: cluster.layout(c),
      preferredNode: cluster.preferred(c, names, defaults.stickiness ?? clusterSchema.parse({}).stickiness),
      ping: { hosts: (cluster.param(c, ids.ping?.primitive, "host_list") ?? "").split(/\s+/).filter(Boolean) },
      time:
        first.timeServers.length > 0
          ? { servers: first.timeServers }
          : { exception: "no server stands in chrony's configuration on the nodes" },
      repository: repositoryOf(first),
      database: settings,
      drbd: {
        ...drbdOf(drbd, resource, fencing.seconds(timers.fencing.off)),
        ...defined({ agent: oursIn(c, ids.drbd), notifications: cluster.notifications(c) }),
      },
      corosync: defined({
        clusterName: value(totem, "cluster_name"),
        token: number(value(totem, "token")) ?? 3000,
        consensus: number(value(totem, "consensus")),
        linkMode: value(totem, "link_mode"),
        oneRing: nodes.every((n) => n.crossover === undefined) ? true : undefined,
      }),
      quorum: third && { device: thirdVote(found, third) },
      cluster: defaults,
      timers,
      fencing: fencing.settings,
      mail: cluster.mail(c),
    }),
    secrets: defined({
      databasePassword: password,
      drbdSecret: optionsOf(drbd.body, "net")["shared-secret"],
      corosyncKey: first.authkey || undefined,
      fencePrivateKey: first.fenceKey,
      ...fencing.secrets,
    }),
    needs: [...fencing.needs, ...(third ? (["arbiterPrivateKey"] as const) : [])],
  };
}

/** Milliseconds. */
const tenths = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text) * 100);
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

interface DerivedNode {
  readonly lan: string;
  readonly crossover?: string;
}

function node(
  found: Found,
  drbd: Foreign,
  name: string,
  ip: string,
  fence: FencingFound["nodes"][string] | undefined,
): DerivedNode & Record<string, unknown> {
  const n = found.nodes[name] as NodeFound;
  const connection = found.connections[name] as Connection;
  const host = drbd.body.find((s) => s.key === "on" && s.words[0] === name)?.body;
  const [link = ""] = (find(host, "address")?.words.at(-1) ?? "").split(":");
  const path = find(find(host, "volume", "0")?.body, "disk")?.words[0] ?? "";
  const disk = n.disks.find((d) => d.names.includes(path));
  const lan = must(
    n.addresses.find((a) => a.address !== ip && inNetwork(ip, `${a.address}/${a.prefix}`)),
    `${name} has no address in the network of ${ip}`,
  );
  const crossover = n.addresses.find((a) => a.address === link && a.address !== lan.address);
  const cidr = (a: { address: string; prefix: number }): string => `${a.address}/${a.prefix}`;
  return defined({
    name,
    lan: cidr(lan),
    lanInterface: lan.interface,
    crossover: crossover && cidr(crossover),
    crossoverInterface: crossover?.interface,
    disk: {
      serial: must(disk?.serial, `${name}: ${path}, the disk of the mirror, has no serial number`),
      sizeGiB: Math.floor((disk?.size ?? 0) / 1024 ** 2) / 1024,
    },
    domain: fence?.domain === name ? undefined : fence?.domain,
    ipmi: fence?.ipmi,
    ssh: defined({
      hostKey: connection.hostKey,
      host: connection.host === lan.address ? undefined : connection.host,
      port: connection.port,
      user: connection.user,
    }),
  });
}

/** Where the nodes' corosync asks for a third vote; undefined where there is none. */
export const thirdVoteHost = ({ nodes }: Found): string | undefined =>
  parseDevice(section(parseConfig(Object.values(nodes)[0]?.corosync ?? ""), "quorum"))?.host;

function thirdVote({ arbiter }: Found, { host, ...rest }: NonNullable<ReturnType<typeof parseDevice>>): object {
  const connection = must(
    arbiter,
    `${host}, which has the third vote, is reached in no way that is known: put its host key into known_hosts, and name it with --arbiter`,
  );
  const { host: reached, port, user, hostKey: key } = connection;
  return defined({
    connection: { host: reached, port, user, hostKey: key },
    address: host === reached ? undefined : host,
    ...rest,
  });
}

/** Hypervisors, by what fencing says of them and by the host keys that the nodes know. */
function hypervisorsOf(found: Found, fences: readonly (FenceTarget | undefined)[]): Record<string, unknown>[] {
  const first = Object.values(found.nodes)[0] as NodeFound;
  const distinct = [...new Map(fences.flatMap((f) => (f ? [[f.host, f] as const] : []))).values()];
  return distinct.map((f) => {
    const address = addressOf(first.hosts ?? "", f.host);
    const known = hostKey(first.knownHosts, [f.host, ...(address ? [address] : [])], f.port);
    return defined({
      name: hypervisorName(found, f),
      address: must(address, `${f.host}, which fences, has no address in /etc/hosts of the nodes`),
      port: f.port,
      user: f.user,
      hostKey: must(known?.key, `the nodes' root knows no host key of ${f.host} in plain words`),
    });
  });
}

function hypervisorName(found: Found, fence: FenceTarget | undefined): string | undefined {
  if (!fence) return undefined;
  const first = Object.values(found.nodes)[0] as NodeFound;
  const hosts = first.hosts ?? "";
  const address = addressOf(hosts, fence.host) ?? fence.host;
  if (address !== fence.host) return fence.host;
  const known = hostKey(first.knownHosts, [fence.host], fence.port)?.names.find((n) => /^[a-z]/.test(n));
  return known ?? nameOf(hosts, address) ?? "hypervisor";
}

function repositoryOf(n: NodeFound): object | undefined {
  const lines = parseRepository(n.repository ?? "");
  const keyring = n.keyring?.startsWith("-----BEGIN") ? n.keyring : undefined;
  return lines.length > 0 ? defined({ lines, keyring }) : undefined;
}

function drbdOf(drbd: Foreign, resource: string, fencingSeconds: number): object {
  const [net, disk, startup, handlers] = ["net", "disk", "startup", "handlers"].map((n) => optionsOf(drbd.body, n));
  const on = drbd.body.find((s) => s.key === "on")?.body;
  const handler = handlers?.["fence-peer"];
  const patience = fencingSeconds + 60;
  const derived = `--timeout ${patience} --dc-timeout ${patience + 5}`;
  return defined({
    resource,
    port: number((find(on, "address")?.words.at(-1) ?? "").split(":")[1]),
    // DRBD's own defaults where nothing is said.
    rate: (disk?.["c-max-rate"] ?? "100M").toUpperCase(),
    minimumRate: (disk?.["c-min-rate"] ?? "250K").toUpperCase(),
    fillTarget: (disk?.["c-fill-target"] ?? "50K").toUpperCase().replace("S", "s"),
    verifyAlgorithm: net?.["verify-alg"],
    pingInterval: number(net?.["ping-int"]),
    pingTimeout: tenths(net?.["ping-timeout"]),
    timeout: tenths(net?.timeout),
    fenceHandler: handler?.endsWith(derived) ? undefined : handler,
    startup: {
      wfcTimeout: number(startup?.["wfc-timeout"]) ?? 0,
      degradedWfcTimeout: number(startup?.["degr-wfc-timeout"]) ?? 0,
    },
  });
}

/** An agent of ours; any other one is what the cluster's configuration says beyond the keys. */
const oursIn = (c: Configuration, id: string): string | undefined =>
  AGENT_NAMES.find((name) => name === cluster.primitive(c, id)?.agent);

function databaseOf(
  found: Found,
  c: Configuration,
  os: NonNullable<NodeFound["machine"]["os"]>,
  ip: string,
  lans: readonly string[],
): { settings: object; password?: string } {
  const first = Object.values(found.nodes)[0] as NodeFound;
  const at = databaseAt(c, os);
  const ids = cluster.idsIn(c);
  const { database: db, conf = "", hba = "" } = found.database ?? {};
  if (!db)
    throw new NotFound(`no node's PostgreSQL answers for the database ${at.database}: it must run to be exported`);
  const authentication = db.verifier === "md5" ? "md5" : "scram-sha-256";
  const monitor = cluster.param(c, ids.postgres, "monitor_user");
  const table = database.monitorTable(cluster.param(c, ids.postgres, "monitor_sql"));
  const own = [...lans.map((a) => `${a.split("/")[0]}/32`), `${ip}/32`];
  const role = monitor ?? "ha_monitor";
  return defined({
    settings: defined({
      address: `${ip}/${must(cluster.param(c, ids.address, "cidr_netmask"), `${ids.address} has no cidr_netmask`)}`,
      hostName: nameOf(first.hosts ?? "", ip),
      name: at.database,
      user: db.owner,
      version: versionIn(c, os),
      agent: oursIn(c, ids.postgres),
      fileSystemAgent: oursIn(c, ids.fileSystem),
      addressAgent: oursIn(c, ids.address),
      ...database.access(hba, {
        osUser: at.osUser,
        database: at.database,
        user: db.owner,
        monitor: role,
        authentication,
        own,
      }),
      authentication,
      directory: must(cluster.param(c, ids.fileSystem, "directory"), `${ids.fileSystem} has no directory`),
      connectionLimit: database.connectionLimit(db),
      encoding: db.encoding,
      locale: db.locale,
      checksums: db.checksums,
      mountOptions: cluster.param(c, ids.fileSystem, "options") ?? "",
      logFile: cluster.param(c, ids.postgres, "logfile"),
      monitor: defined({ ...table, role: monitor }),
      settings: database.settings(conf, db, authentication),
    }),
    password: first.pgpass === undefined ? undefined : database.passwordIn(first.pgpass, at.database, db.owner),
  });
}

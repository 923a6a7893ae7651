import { BlockList, isIP } from "node:net";
import type { Finding } from "../kind";
import type { HbaRule } from "./access";
import type { PostgresSpec } from "./spec";

const NAME = /^[a-z_][a-z0-9_]{0,62}$/;
const PASSWORD = /^[A-Za-z0-9_-]+$/;

/** Names that need no quoting anywhere, and a password that QVD can carry. */
function namesFindings(s: PostgresSpec): Finding[] {
  const names: Record<string, string> = {
    "database.name": s.database.name,
    "database.owner": s.database.owner,
    "role.name": s.role.name,
    "monitor.schema": s.monitor.schema,
    "monitor.table": s.monitor.table,
    "monitor.role": s.monitor.role,
  };
  const found: Finding[] = Object.entries(names)
    .filter(([, name]) => !NAME.test(name))
    .map(([property, name]) => ({
      property,
      reason: `"${name}" must be lower-case letters, digits and _, at most 63, not starting with a digit`,
    }));
  if (!PASSWORD.test(s.role.password))
    found.push({
      property: "role.password",
      reason:
        "letters, digits, _ and - alone, and not empty: QVD writes it unescaped into URLs and a Java properties file",
    });
  if (s.database.owner !== s.role.name)
    found.push({
      property: "database.owner",
      reason: `"${s.database.owner}" is not the role "${s.role.name}": QVD's deployment needs its role to own the database`,
    });
  return found;
}

const OFF = /^(off?|fa?l?s?e?|no?|0)$/i;
/** Where the server finds its files is for the data directory to say. */
const FILES =
  /^(data_directory|config_file|hba_file|ident_file|external_pid_file|include|include_dir|include_if_exists)$/;

/** Settings that would lose acknowledged writes, contradict another property, or take files away from us. */
function settingsFindings(s: PostgresSpec): Finding[] {
  const found: Finding[] = [];
  const say = (name: string, reason: string): number => found.push({ property: `settings.${name}`, reason });
  for (const [name, value] of Object.entries(s.settings)) {
    if (!/^[a-z_][a-z0-9_.]*$/.test(name)) say(name, "a setting's name is lower-case letters, digits, _ and .");
    // eslint-disable-next-line no-control-regex -- they are what is refused
    if (/[\x00-\x1f\x7f]/.test(value)) say(name, "the value has a control character in it");
    if (FILES.test(name)) say(name, "the configuration is one file in the data directory: take it out");
  }
  for (const name of ["fsync", "full_page_writes", "synchronous_commit"])
    if (OFF.test(s.settings[name] ?? "")) say(name, "off loses acknowledged writes in a failover: take it out");
  if (s.settings.port !== String(s.port)) say("port", `is ${s.settings.port}, but the port is ${s.port}: set that one`);
  if (s.settings.password_encryption !== s.authentication)
    say("password_encryption", `is ${s.settings.password_encryption}, but authentication is ${s.authentication}`);
  if (!/^\d+$/.test(s.settings.max_connections ?? "") || Number(s.settings.max_connections) < 20)
    say("max_connections", `is ${s.settings.max_connections}: must be a number of 20 or more`);
  return found;
}

const TYPES = ["local", "host", "hostssl", "hostnossl"];
const METHODS = ["scram-sha-256", "md5", "peer", "reject"];
const WORD = /^[A-Za-z0-9_+.-]+$/;

function network(cidr: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const m = /^([0-9a-fA-F:.]+)\/(\d+)$/.exec(cidr);
  const version = m ? isIP(m[1] as string) : 0;
  const bits = Number(m?.[2]);
  if (!m || version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  return { address: m[1] as string, bits, family: version === 4 ? "ipv4" : "ipv6" };
}

function covers(rule: HbaRule, s: PostgresSpec, address: string): boolean {
  const net = network(rule.address ?? "");
  if (!net || !rule.type.startsWith("host")) return false;
  if (![s.database.name, "all"].includes(rule.database) || ![s.role.name, "all"].includes(rule.user)) return false;
  const list = new BlockList();
  list.addSubnet(net.address, net.bits, net.family);
  return isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

function ruleFindings(r: HbaRule, property: string): Finding[] {
  const found: Finding[] = [];
  const say = (key: string, reason: string): number => found.push({ property: `${property}.${key}`, reason });
  if (!TYPES.includes(r.type)) say("type", `"${r.type}" is none of ${TYPES.join(", ")}`);
  if (!METHODS.includes(r.method)) say("method", `"${r.method}" is none of ${METHODS.join(", ")}`);
  if (!WORD.test(r.database)) say("database", `"${r.database}" is no name`);
  if (!WORD.test(r.user)) say("user", `"${r.user}" is no name`);
  if (r.type === "local" && r.address !== undefined) say("address", "a local rule has none");
  if (r.type !== "local" && r.method === "peer") say("method", "peer works with local rules alone");
  if (r.type !== "local" && !network(r.address ?? ""))
    say("address", `"${r.address ?? ""}" is no network as in 172.20.64.0/24`);
  for (const [name, value] of Object.entries(r.options ?? {}))
    if (!WORD.test(name) || !WORD.test(value)) say(`options.${name}`, `"${value}" is no plain word`);
  return found;
}

/** Rules that the server would refuse or that let nobody in, or everybody. */
function accessFindings(s: PostgresSpec): Finding[] {
  const found = s.hba.flatMap((r, i) => ruleFindings(r, `hba[${i}]`));
  s.hba.forEach((r, i) => {
    if (r.method === "scram-sha-256" && s.authentication === "md5")
      found.push({ property: `hba[${i}].method`, reason: "asks for scram-sha-256, but authentication is md5" });
  });
  for (const [node, address] of Object.entries(s.addresses)) {
    const first = s.hba.find((r) => covers(r, s, address));
    if (!first || first.method === "reject")
      found.push({
        property: "hba",
        reason: `no rule lets ${s.role.name} into ${s.database.name} from ${node} (${address})`,
      });
  }
  s.ident.forEach((m, i) => {
    for (const value of [m.map, m.systemUser, m.databaseUser])
      if (!WORD.test(value)) found.push({ property: `ident[${i}]`, reason: `"${value}" is no plain word` });
  });
  return found;
}

const ABSOLUTE = /^\/[A-Za-z0-9_@.+/-]+$/;

function placesFindings(s: PostgresSpec): Finding[] {
  const found: Finding[] = [];
  for (const key of ["binDir", "psql", "logFile", "device", "mountPoint", "dataDirectory"] as const)
    if (!ABSOLUTE.test(s[key])) found.push({ property: key, reason: `"${s[key]}" is no absolute path without blanks` });
  if (s.dataDirectory !== s.mountPoint && !s.dataDirectory.startsWith(`${s.mountPoint}/`))
    found.push({
      property: "dataDirectory",
      reason: `"${s.dataDirectory}" does not lie on the replicated file system "${s.mountPoint}"`,
    });
  if (s.dataDirectory === s.mountPoint && s.fsType.startsWith("ext"))
    found.push({
      property: "dataDirectory",
      reason: `initdb refuses the lost+found of ${s.fsType}: choose a directory below "${s.mountPoint}", or xfs`,
    });
  if (!/^\d+$/.test(s.version))
    found.push({ property: "version", reason: `"${s.version}" is no major version, as in "15"` });
  return found;
}

function nodesFindings(s: PostgresSpec): Finding[] {
  const nodes = Object.keys(s.connections);
  const found: Finding[] = [];
  if (nodes.length !== 2)
    found.push({ property: "connections", reason: `two nodes are needed, ${nodes.length} are given` });
  if (!nodes.includes(s.seedNode))
    found.push({ property: "seedNode", reason: `"${s.seedNode}" is none of the nodes ${nodes.join(", ")}` });
  for (const node of nodes)
    if (!s.addresses[node]) found.push({ property: `addresses.${node}`, reason: "the node's address is missing" });
  return found;
}

/** All that is wrong with a spec that has the right structure. */
export const rules = (s: PostgresSpec): Finding[] => [
  ...nodesFindings(s),
  ...placesFindings(s),
  ...namesFindings(s),
  ...settingsFindings(s),
  ...accessFindings(s),
];

import type { Fact, Seen } from "../fact";
import { sh } from "../remote";
import type { HbaRule, Ident } from "./access";
import { matches } from "./password";
import type { Parameters } from "./meaning";
import { meant } from "./meaning";
import { MANAGED, parseConf, parseHba, parseIdent } from "./render";
import type { PostgresSpec } from "./spec";
import { connectionLimit, factsSql } from "./sql";
import { parseStamp, stampFile } from "./stamp";
import type { Stamp } from "./stamp";

/** Whether Pacemaker has the service in its hands on this node: unknown while it runs but does not answer. */
export type Rule = "no" | "yes" | "unknown";

const managed = (s: PostgresSpec): Fact<Rule> => {
  const { drbd, postgres } = s.primitives;
  const xpath = `//primitive[@id="${drbd}" or @id="${postgres}" or (@type="drbd" and instance_attributes/nvpair[@name="drbd_resource" and @value="${s.drbdResource}"])]`;
  return {
    command: {
      script: sh`systemctl -q is-active pacemaker || { echo inactive; exit 0; }
rc=0; timeout 60 cibadmin --query --local --xpath ${xpath} >/dev/null 2>&1 || rc=$?; echo $rc`,
    },
    parse: ({ stdout }) => {
      const said = stdout.trim();
      // 105 is Pacemaker's "no such object".
      return said === "inactive" || said === "105" ? "no" : said === "0" ? "yes" : "unknown";
    },
  };
};

export interface Drbd {
  /** As drbdadm says it: Primary, Secondary; empty where the resource is not up. */
  readonly role: string;
  readonly connection: string;
  readonly disks: string;
}

const drbd = (s: PostgresSpec): Fact<Drbd> => ({
  command: {
    script: sh`for what in role cstate dstate; do drbdadm $what ${s.drbdResource} 2>/dev/null || echo; done`,
  },
  parse: ({ stdout }) => {
    const [role = "", connection = "", disks = ""] = stdout.split("\n").map((l) => l.trim());
    return { role: role.split("/")[0] as string, connection, disks };
  },
});

export interface Place {
  /** The mount point: missing, an empty directory, one with something in it, our device, or something else mounted there. */
  readonly mountPoint: "absent" | "empty" | "filled" | "mounted" | "foreign";
  /** Where else our device is mounted. */
  readonly elsewhere?: string;
  /** Mount options of our device in its place, as the kernel has them. */
  readonly options?: readonly string[];
  readonly running: boolean;
}

const place = (s: PostgresSpec): Fact<Place> => ({
  command: {
    script: sh`device=$(readlink -f ${s.device} || true) mount=${s.mountPoint} data=${s.dataDirectory} state=absent
if [ -d "$mount" ]; then state=filled; compgen -G "$mount/*" >/dev/null || state=empty; fi
while read -r source target _ options _; do
  [ ! -L "$source" ] || source=$(readlink -f "$source")
  if [ "$target" = "$mount" ]; then if [ "$source" = "$device" ]; then state=mounted; echo "options $options"; else state=foreign; fi
  elif [ "$source" = "$device" ]; then echo "elsewhere $target"; fi
done </proc/mounts
echo "mountPoint $state"
if [ -f "$data/postmaster.pid" ] && read -r pid <"$data/postmaster.pid" && [ -r "/proc/$pid/comm" ] && [ "$(<"/proc/$pid/comm")" = postgres ]; then echo "running yes"; fi`,
  },
  parse: ({ stdout }) => {
    const said = new Map(stdout.split("\n").map((l) => [l.split(" ")[0], l.slice(l.indexOf(" ") + 1)]));
    const mountPoint = said.get("mountPoint");
    if (!mountPoint) throw new Error(`no state of the mount point in "${stdout}"`);
    const elsewhere = said.get("elsewhere");
    return {
      mountPoint: mountPoint as Place["mountPoint"],
      ...(elsewhere ? { elsewhere } : {}),
      ...(mountPoint === "mounted" ? { options: said.get("options")?.split(",") ?? [] } : {}),
      running: said.has("running"),
    };
  },
});

const stamp = (s: PostgresSpec): Fact<Stamp> => ({
  command: { script: sh`cat ${stampFile(s)} 2>/dev/null || true` },
  parse: ({ stdout }) => parseStamp(stdout),
});

export interface Files {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** What ALTER SYSTEM has set; it wins over `settings`. */
  readonly system: Readonly<Record<string, string>>;
  readonly hba: readonly HbaRule[];
  readonly ident: readonly Ident[];
  /** postgresql.conf is somebody else's: compared by what it means. */
  readonly foreign?: boolean;
}

const FILES = ["PG_VERSION", "postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf"];

const files = (s: PostgresSpec): Fact<Files | undefined> => ({
  command: {
    script: sh`cd ${s.dataDirectory} 2>/dev/null || exit 0
[ -f PG_VERSION ] || exit 0
for f in ${FILES}; do [ ! -f $f ] || cat $f; printf '\0'; done`,
  },
  parse: ({ stdout }) => {
    if (stdout === "") return undefined;
    const [version = "", conf = "", system = "", hba = "", ident = ""] = stdout.split("\0");
    return {
      version: version.trim(),
      settings: parseConf(conf),
      system: parseConf(system),
      hba: parseHba(hba),
      ident: parseIdent(ident),
      ...(conf.startsWith(MANAGED) ? {} : { foreign: true }),
    };
  },
});

export interface Server {
  /** What the server knows of the settings that are set or wanted, by name. */
  readonly parameters?: Parameters;
  readonly checksums: boolean;
  /** Settings that wait for a restart. */
  readonly pendingRestart: readonly string[];
  /** Lines of its files that the server does not take, in its words. */
  readonly refused: readonly string[];
  /** ours: the wanted password by the wanted method; another: it has one that is not; none: no role, or no password. */
  readonly password: "ours" | "another" | "none";
  /** What is wrong with roles, by role: in words, empty when all is well. */
  readonly roles: readonly string[];
  readonly database?: { readonly owner: string; readonly encoding: string; readonly locale: string };
  /** Every database of somebody's. */
  readonly databases?: readonly string[];
  /** Table and rights of the monitor are there, with one row. */
  readonly monitor: boolean;
}

interface Said {
  readonly parameters?: Parameters;
  readonly pendingRestart: string[];
  readonly refused: string[];
  readonly checksums: boolean;
  readonly roles: Record<string, { stored: string | null; login: boolean; powers: boolean; limit: number }>;
  readonly database: Server["database"] | null;
  readonly databases?: string[];
}

/** The verifier that the server stores is compared here and forgotten; no log-in is needed to know whose password it is. */
function parseServer(s: PostgresSpec, stdout: string): Server | undefined {
  const [first, second] = stdout
    .trim()
    .split("\n{")
    .map((t, i) => (i === 0 ? t : `{${t}`));
  if (!first?.startsWith("{")) return undefined;
  const said = JSON.parse(first) as Said;
  const monitor = second ? (JSON.parse(second) as { monitor: boolean; rows: number }) : { monitor: false, rows: 0 };
  const roles = [...new Set([s.role.name, s.monitor.role])].flatMap((name) => {
    const r = said.roles[name];
    if (!r) return [`role ${name} is missing`];
    const limit = name === s.role.name ? connectionLimit(s) : -1;
    return [
      ...(r.login ? [] : [`role ${name} may not log in`]),
      ...(r.powers ? [`role ${name} has powers it must not have`] : []),
      ...(r.limit === limit ? [] : [`role ${name} has connection limit ${r.limit} instead of ${limit}`]),
    ];
  });
  const stored = said.roles[s.role.name]?.stored;
  return {
    ...(said.parameters ? { parameters: said.parameters } : {}),
    checksums: said.checksums,
    pendingRestart: said.pendingRestart,
    refused: said.refused,
    password: !stored ? "none" : matches(stored, s.authentication, s.role.name, s.role.password) ? "ours" : "another",
    roles,
    ...(said.database ? { database: said.database } : {}),
    ...(said.databases ? { databases: said.databases } : {}),
    monitor: monitor.monitor && monitor.rows === 1,
  };
}

const server = (s: PostgresSpec): Fact<Server | undefined> => ({
  command: {
    script: sh`cd /; export PGHOST=${s.settings.unix_socket_directories?.split(",")[0]?.trim() ?? ""}; [ -f ${`${s.dataDirectory}/postmaster.pid`} ] || exit 0
runuser -u ${s.osUser} -- ${s.psql} -XAtqw -p ${s.port} -d postgres -f - || true`,
    stdin: factsSql(s),
  },
  parse: ({ stdout }) => parseServer(s, stdout),
});

export const facts = (s: PostgresSpec) => ({
  managed: managed(s),
  drbd: drbd(s),
  place: place(s),
  stamp: stamp(s),
  files: files(s),
  server: server(s),
});

export type PostgresFacts = ReturnType<typeof facts>;
export type PostgresSeen = Seen<PostgresFacts>;
export type SeenNodes = Readonly<Record<string, PostgresSeen>>;

/** Where the service runs: its device mounted in its place, and a server on it. */
export const activeNodes = (seen: SeenNodes): string[] =>
  Object.keys(seen).filter((n) => seen[n]?.place.mountPoint === "mounted" && seen[n]?.place.running);

/** Stands in the place of a password that is not the wanted one; it is not in the alphabet, so it can never be wished for. */
export const ANOTHER_PASSWORD = "(another password)";

/** What postgresql.conf sets, in the wanted words where it means the same. */
export const settingsOf = (known: PostgresSpec, f: Files, s: Server | undefined): Readonly<Record<string, string>> =>
  f.foreign ? meant(known.settings, f.settings, s?.parameters ?? {}) : f.settings;

function fromFiles(
  known: PostgresSpec,
  f: Files,
  s: Server | undefined,
): Pick<PostgresSpec, "version" | "settings" | "hba" | "ident"> {
  const waiting = Object.entries({ ...settingsOf(known, f, s), ...f.system }).map(([name, value]) => [
    name,
    s?.pendingRestart.includes(name) ? `${value} (waits for a restart)` : value,
  ]);
  return { version: f.version, settings: Object.fromEntries(waiting), hba: [...f.hba], ident: [...f.ident] };
}

/** Options that the kernel always shows where they hold; of others it cannot be told. */
const SHOWN = ["ro", "noatime", "relatime", "nodiratime", "nosuid", "nodev", "noexec", "sync", "dirsync", "discard"];

/** The mount options as wanted, or else those that hold. Read-only is never as wanted. */
export function mountOptions(known: PostgresSpec, { options }: Place): { readonly mountOptions: string } {
  const wanted = known.mountOptions.split(",");
  const lacks = wanted.some((o) => SHOWN.includes(o) && !options?.includes(o));
  const holds = options?.filter((o) => SHOWN.includes(o)) ?? [];
  const spoilt = options?.includes("ro") && !wanted.includes("ro");
  return { mountOptions: options && (lacks || spoilt) ? holds.join(",") || "defaults" : known.mountOptions };
}

const MISSING = "(missing)";

/** Names stay as known, as the next reading asks by them; what is wrong with a role or the monitor is told by the plan's reasons. */
function fromServer(known: PostgresSpec, s: Server | undefined): Partial<PostgresSpec> {
  if (!s) return {};
  const missing = { owner: MISSING, encoding: MISSING, locale: MISSING };
  return {
    checksums: known.checksums && s.checksums,
    role: { ...known.role, password: s.password === "ours" ? known.role.password : ANOTHER_PASSWORD },
    database: { name: known.database.name, ...(s.database ?? missing) },
  };
}

/** The spec as the running server has it. Where none runs nothing can be compared, and what is known stays. */
export function live(known: PostgresSpec, seen: SeenNodes): PostgresSpec | undefined {
  const node = activeNodes(seen)[0];
  const there = Object.values(seen).some((n) => n.managed !== "no" || n.files || n.stamp.seeded || n.stamp.proved);
  if (!there) return undefined;
  const at = node === undefined ? undefined : seen[node];
  if (!at?.files) return known;
  const mount = mountOptions(known, at.place);
  return { ...known, ...fromFiles(known, at.files, at.server), ...fromServer(known, at.server), ...mount };
}

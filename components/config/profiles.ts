import { isMap } from "./mergePatch";

/** Whose values count where the stack says nothing: the HOWTO's, or those that shorten a failover. */
export const PROFILES = ["howto", "fast"] as const;
export type Profile = (typeof PROFILES)[number];

/** What a stack has that names none. */
export const DEFAULT_PROFILE: Profile = "fast";

/** The stretch of an outage that a lever shortens, as the drills name it. */
export type Stretch =
  "membership" | "fence" | "promotion" | "file system" | "address" | "PostgreSQL" | "all" | "death of the standby";

/** A key of the configuration whose default depends on the profile. */
export interface Lever {
  /** As in Pulumi.<stack>.yaml, with dots. */
  readonly key: string;
  readonly shortens: Stretch;
  /** Undefined: nothing is written, and the program's own default counts. */
  readonly howto?: unknown;
  readonly fast: unknown;
  readonly why: string;
  /** Whether `fast` fits what the stack says; where it does not, the HOWTO's value counts. Default: always. */
  readonly fits?: (given: Map) => boolean;
}

type Map = Record<string, unknown>;
const part = (given: Map, key: string): Map => (isMap(given[key]) ? given[key] : {});

/** Our fence agent and a standing connection go by the fence key that the program keeps, with its forced command. */
const keepsKey = (given: Map): boolean => part(given, "fencing").manageKey !== false;
const asks = (given: Map, ...agents: readonly string[]): boolean => {
  const { agent } = part(given, "fencing");
  return agent === undefined || agents.includes(agent as string);
};

/** Our agent asks by the socket; the role that QVD logs in with has a password. */
const ownMonitor = (given: Map): boolean => {
  const database = part(given, "database");
  const { role } = part(database, "monitor");
  return role === undefined || role !== (database.user ?? "qvd");
};

/** Every value of each profile, and why. `howto` is as the HOWTO has it, as far as that is sound; it is what the schema has as defaults. */
export const LEVERS: readonly Lever[] = [
  {
    key: "corosync.token",
    shortens: "membership",
    howto: 5000,
    fast: 1500,
    why: "A dead node is silent for this long before anything happens. Together with consensus 2.2 s, what a machine may stand still without being fenced; Corosync's own defaults come to 2.2 s (version 2) and 6.6 s (version 3).",
  },
  {
    key: "corosync.consensus",
    shortens: "membership",
    fast: 700,
    why: "Left alone it is 1.2 times the token. With two nodes there is nobody else to agree with: corosync.conf(5) calls anything above the join time-out (50 ms) safe; this is room for 14 lost messages.",
  },
  {
    key: "cluster.priorityFencingDelay",
    shortens: "fence",
    howto: 5,
    fast: 2,
    why: "Paid on every real death of the active node, so that it wins a split. It must cover how much sooner one node notices than the other, not the fencing, which both start alike.",
  },
  {
    key: "fencing.agent",
    shortens: "fence",
    howto: "fence_virsh",
    fast: "fence_qvd_ha",
    fits: keepsKey,
    why: "One message and its answer, instead of Python, a shell dialogue and five messages. The HOWTO's own agent needs a shell on the hypervisor and three connections: not sound.",
  },
  {
    key: "fencing.persistent",
    shortens: "fence",
    howto: false,
    fast: true,
    fits: (given) => keepsKey(given) && asks(given, "fence_qvd_ha", "fence_virsh"),
    why: "Key exchange and log-in are done before they are needed; where the standing connection is broken, a new one is made.",
  },
  {
    key: "fencing.startAfter",
    shortens: "fence",
    fast: 15,
    fits: (given) => keepsKey(given) && asks(given, "fence_qvd_ha"),
    why: "The answer comes when the node is off, which is all that safety needs. The hypervisor switches it on afterwards by itself, and tries again for five minutes if that fails.",
  },
  {
    key: "drbd.notifications",
    shortens: "promotion",
    howto: true,
    fast: false,
    why: "Six calls of the agent, four before and one after a promotion, that only look at the state again: with two nodes its monitors do that as well, and DRBD itself refuses to promote a disk that is not up to date.",
  },
  {
    key: "drbd.agent",
    shortens: "promotion",
    howto: "ocf:linbit:drbd",
    fast: "ocf:qvd-ha:drbd",
    why: "DRBD's own agent starts some sixty processes to promote or demote, and as many for each look that it takes meanwhile. Ours stands in front of it and does what is plain with two: the same command, the same score. All else is that agent's.",
  },
  {
    key: "cluster.addressBeside",
    shortens: "address",
    howto: false,
    fast: true,
    // The second layout's group has its address as a member.
    fits: (given) => given.layout !== "simple",
    why: "The address comes up while the file system is mounted. A client that is early is refused at once and tries again, instead of waiting for an answer. It never is where DRBD is not promoted, and goes after the server has stopped.",
  },
  {
    key: "database.addressAgent",
    shortens: "address",
    howto: "ocf:heartbeat:IPaddr2",
    fast: "ocf:qvd-ha:address",
    why: "The distribution's agent starts some sixty processes: a move waits for them before DRBD is demoted, and the server's start shares the processor with them. Ours starts three, and tells the neighbours by the same program.",
  },
  {
    key: "database.fileSystemAgent",
    shortens: "file system",
    howto: "ocf:heartbeat:Filesystem",
    fast: "ocf:qvd-ha:filesystem",
    why: "The distribution's agent starts some fifty processes to mount one file system, beside the server's start as many again for its first monitor. Ours starts three and one.",
  },
  {
    key: "database.agent",
    shortens: "PostgreSQL",
    howto: "ocf:heartbeat:pgsql",
    fast: "ocf:qvd-ha:postgres",
    fits: ownMonitor,
    why: "The distribution's agent starts some hundred processes before it starts the server. Ours starts four, checks the same, gives clients a stop without a pause, and reads what a start needs from the disk while it stands by: 1.3 s of 2.9 s after a boot, emulated.",
  },
  {
    key: "database.settings.checkpoint_timeout",
    shortens: "PostgreSQL",
    fast: "1min",
    why: "Recovery replays what was written since the last checkpoint: one minute of it instead of five.",
  },
  {
    key: "database.settings.max_wal_size",
    shortens: "PostgreSQL",
    fast: "512MB",
    why: "The same bound by volume, for a server under load.",
  },
  {
    key: "database.settings.recovery_init_sync_method",
    shortens: "PostgreSQL",
    fast: "syncfs",
    why: "Before recovery the server flushes the whole file system in one call, instead of opening every file of it.",
  },
  {
    key: "cluster.loadThreshold",
    shortens: "all",
    fast: "1000%",
    why: "Pacemaker does one thing at a time on a node whose load is above 80 %, and a failover is such a load.",
  },
  {
    key: "cluster.nodeActionLimit",
    shortens: "all",
    fast: 8,
    why: "Pacemaker's limit is two actions per processor, monitors included: on a small machine the address waits for them.",
  },
  {
    key: "drbd.pingInterval",
    shortens: "death of the standby",
    fast: 2,
    why: "DRBD notices after this and the next that its peer is gone, and only then asks for it to be fenced; until then writes wait. Its own default is 10 s.",
  },
  {
    key: "drbd.pingTimeout",
    shortens: "death of the standby",
    fast: 2000,
    why: "More patience than DRBD's own 500 ms, as it is asked five times as often. And the handler by which DRBD asks for its peer's death looks at once and then after two seconds: by the first look the peer should be dead.",
  },
  {
    key: "drbd.timeout",
    shortens: "death of the standby",
    fast: 1500,
    why: "DRBD wants it below the interval of the pings.",
  },
];

/** What a profile says, as a stack would write it. @param given what the stack says itself */
export function valuesOf(profile: Profile, given: Map = {}): Map {
  const all: Map = {};
  for (const lever of LEVERS) {
    const value = profile === "fast" && lever.fits?.(given) === false ? lever.howto : lever[profile];
    if (value === undefined) continue;
    const path = lever.key.split(".");
    const last = path.pop() as string;
    const at = path.reduce((map, key) => (map[key] ??= {}) as Map, all);
    at[last] = value;
  }
  return all;
}

/** Fills in what is not said; unlike a patch, it takes nothing away. */
function fill(given: unknown, values: Map): unknown {
  if (!isMap(given)) return given === undefined ? values : given;
  const missing = Object.entries(values).map(([k, v]): [string, unknown] => [
    k,
    isMap(v) ? fill(given[k], v) : (given[k] ?? v),
  ]);
  return { ...given, ...(Object.fromEntries(missing) as Map) };
}

/** A stack's configuration with what its profile says below it. Other words than a profile's name are left for the schema to refuse. */
export function profiled(input: unknown): unknown {
  if (!isMap(input)) return input;
  const name = (input.profile ?? DEFAULT_PROFILE) as Profile;
  return PROFILES.includes(name) ? fill(input, valuesOf(name, input)) : input;
}

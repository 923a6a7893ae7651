import type { Status } from "../../../tools/status/read";

/** Two nodes as they stood when a case began. */
export interface Before {
  readonly active: string;
  readonly passive: string;
  /** Boots by node. */
  readonly boots: Readonly<Record<string, string>>;
}

/** One call of a verb. ACTIVE and PASSIVE are the nodes' names. */
export interface Call {
  readonly words: string;
  readonly consent?: string;
  /** Default: 0. */
  readonly exits?: number;
  /** What it must say. */
  readonly says?: RegExp;
  /** Kills it outright after so many seconds, or as soon as it has said this; then its exit status does not count. */
  readonly killed?: number | RegExp;
}

/** A verb, under a ledger of acknowledged writes. */
export interface Case {
  readonly name: string;
  /** By this word it is chosen. */
  readonly verb: string;
  readonly calls: readonly Call[];
  /** Longest gap between acknowledged writes, in seconds; `bound`: the stack's failover bound; `any`: the service is stopped on purpose. */
  readonly gap: number | "bound" | "any";
  /** Longest time until both nodes are whole, in seconds after the last call. */
  readonly whole: number;
  /** What must be so at the end; each answer is a fault. */
  readonly then?: (
    now: Status & { readonly active?: string; readonly boots: Readonly<Record<string, string>> },
    before: Before,
  ) => string[];
}

/** A pause in which nothing is interrupted: a slow commit, and no more. */
const NONE = 8;
const MOVES = "moves:p_postgres";

const stays: NonNullable<Case["then"]> = (now, b) => (now.active === b.active ? [] : [`${now.active} serves`]);
const moved: NonNullable<Case["then"]> = (now, b) => [
  ...(now.active === b.passive ? [] : [`${now.active} serves, not ${b.passive}`]),
  ...Object.values(now.nodes).flatMap((n) => (n.reachable ? n.constraints.map((c) => `${c} was left`) : [])),
];
const bothBooted: NonNullable<Case["then"]> = (now, b) => [
  ...Object.keys(b.boots).flatMap((n) => (now.boots[n] === b.boots[n] ? [`${n} has not booted`] : [])),
  ...Object.values(now.nodes).flatMap((n) =>
    n.reachable ? n.kept.filter((k) => k.detail.startsWith("qvd-ha-")).map((k) => `${k.detail} was left`) : [],
  ),
];

export const cases: readonly Case[] = [
  {
    name: "a switch-over is refused without consent, and nothing happens",
    verb: "switch-over",
    calls: [{ words: "switch-over", exits: 3 }],
    gap: NONE,
    whole: 60,
    then: stays,
  },
  {
    name: "a preview does nothing",
    verb: "switch-over",
    calls: [{ words: "switch-over --preview", consent: MOVES, says: /asking qvddb1 and qvddb2[^]*nothing was done/ }],
    gap: NONE,
    whole: 60,
    then: stays,
  },
  {
    name: "a switch-over moves the service and leaves nothing behind",
    verb: "switch-over",
    calls: [{ words: "switch-over", consent: MOVES }],
    gap: "bound",
    whole: 300,
    then: moved,
  },
  {
    name: "a switch-over that is killed half way and repeated ends where it was going",
    verb: "switch-over",
    calls: [
      { words: "switch-over", consent: MOVES, killed: /move the service to \S+: the cluster is at work/ },
      { words: "switch-over", consent: MOVES },
    ],
    gap: "bound",
    whole: 300,
    then: moved,
  },
  {
    name: "standby and return of the passive node interrupt nobody",
    verb: "standby",
    calls: [
      { words: "standby PASSIVE" },
      { words: "standby PASSIVE" },
      { words: "online PASSIVE" },
      { words: "online PASSIVE" },
    ],
    gap: NONE,
    whole: 300,
    then: stays,
  },
  {
    name: "standby of the active node moves the service",
    verb: "standby",
    calls: [
      { words: "standby ACTIVE", exits: 3 },
      { words: "standby ACTIVE", consent: MOVES },
      { words: "online ACTIVE" },
    ],
    gap: "bound",
    whole: 300,
    then: moved,
  },
  {
    name: "maintenance mode on and off interrupts nobody",
    verb: "maintenance",
    calls: [
      { words: "maintenance on" },
      { words: "maintenance on" },
      { words: "maintenance off" },
      { words: "maintenance off" },
    ],
    gap: NONE,
    whole: 120,
    then: stays,
  },
  {
    name: "stop and start of the database",
    verb: "service",
    calls: [
      { words: "service-stop", exits: 3 },
      { words: "service-stop", consent: "stops:p_postgres" },
      { words: "service-stop" },
      { words: "service-start" },
      { words: "service-start" },
    ],
    gap: "any",
    whole: 120,
    then: stays,
  },
  {
    name: "both nodes boot anew, one at a time",
    verb: "reboot-rolling",
    calls: [{ words: "reboot-rolling", consent: MOVES }],
    gap: "bound",
    whole: 300,
    then: bothBooted,
  },
  {
    name: "a rolling boot that is killed after the first node and repeated boots each once",
    verb: "reboot-rolling",
    calls: [
      { words: "reboot-rolling", consent: MOVES, killed: /: is back/ },
      { words: "reboot-rolling", consent: MOVES },
    ],
    gap: "bound",
    whole: 300,
    then: bothBooted,
  },
  {
    name: "a minor version of PostgreSQL, of nothing else",
    verb: "update-postgres",
    calls: [
      { words: "update-postgres", consent: MOVES, says: /postgresql-\d+ \S+ -> \S+\+e2e1/ },
      { words: "update-postgres", says: /nothing to do/ },
    ],
    gap: "bound",
    whole: 300,
    then: moved,
  },
  {
    name: "a rolling update, each node with a boot",
    verb: "update-rolling",
    calls: [
      { words: "update-rolling", consent: MOVES, says: /sensible-utils \S+ -> \S+\+e2e1/ },
      { words: "update-rolling", says: /both nodes are up to date: nothing to do/ },
    ],
    gap: "bound",
    whole: 300,
    then: bothBooted,
  },
  {
    name: "the volume grows in use, also after it was killed half way",
    verb: "grow-volume",
    calls: [
      { words: "grow-volume 0.5", exits: 3 },
      { words: "grow-volume 3", killed: /DRBD takes/ },
      { words: "grow-volume 3" },
      { words: "grow-volume 3" },
    ],
    gap: NONE,
    whole: 600,
    then: stays,
  },
  {
    name: "a major version of PostgreSQL whose programs are not there is refused, and a replacement of the node that serves",
    verb: "upgrade-postgres",
    calls: [
      { words: "upgrade-postgres 99", consent: "stops:p_postgres", exits: 3 },
      { words: "upgrade-back writes", consent: "stops:p_postgres", exits: 3 },
      { words: "upgrade-forget 15", exits: 3 },
      { words: "replace-node ACTIVE --disk ACTIVE-data", exits: 3 },
    ],
    gap: NONE,
    whole: 60,
    then: stays,
  },
];

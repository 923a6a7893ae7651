import type { ClusterView } from "./crmMon";
import { nodesOf } from "./crmMon";
import { copying, redundant } from "./drbd";
import { layout, PING_ATTRIBUTE, scoreName } from "./ids";
import type { NodeReport } from "./node";
import type { Status } from "./read";
import { view } from "./read";
import { ringUp } from "./rings";
import { WITHOUT_VOTE } from "./third";

export type ProblemKind =
  | "unreachable"
  | "cluster"
  | "node"
  | "fencing"
  | "data"
  | "ring"
  | "vote"
  | "watchdog"
  | "ping"
  | "resource"
  | "constraint"
  | "failure";

/** One thing that keeps the cluster from surviving the next fault, or hides what a drill would do. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly what: string;
  /** It goes by itself, however long that takes: a disk is being copied to. */
  readonly passes?: true;
}

/** What the handler of DRBD's fence-peer names its constraints. */
const BAN = "drbd-fence-by-handler-";

/** Why a constraint that is not of the configuration stands there. */
export const meaning = (id: string): string =>
  id.startsWith(BAN)
    ? "DRBD forbids promotion of a node whose data is behind; it goes when that node is in sync"
    : "left by a move or a ban by hand; `crm_resource --clear` removes it";

const problem = (kind: ProblemKind, what: string): Problem => ({ kind, what });

function nodeProblems(v: ClusterView): Problem[] {
  const ids = layout(v);
  const watched = ids.ping !== undefined;
  const mirrors = new Set(v.resources.flatMap((r) => (r.id === ids.drbd && r.active ? r.nodes : [])));
  return v.nodes.flatMap((n) => [
    ...(v.unclean.includes(n.name) ? [problem("node", `${n.name} is unclean: it waits to be fenced`)] : []),
    ...(n.online ? [] : [problem("node", `${n.name} is offline`)]),
    ...(n.standby ? [problem("node", `${n.name} is in standby`)] : []),
    ...(n.maintenance ? [problem("node", `${n.name} is in maintenance`)] : []),
    ...(!watched || Number(v.attributes[n.name]?.[PING_ATTRIBUTE] ?? 0) > 0
      ? []
      : [problem("ping", `${n.name} has no ${PING_ATTRIBUTE}: it does not reach the router, or has not tried yet`)]),
    ...(v.maintenance || !mirrors.has(n.name) || v.attributes[n.name]?.[scoreName(ids)] !== undefined
      ? []
      : [problem("data", `${n.name} has no promotion score: it would not be promoted`)]),
  ]);
}

function resourceProblems(v: ClusterView): Problem[] {
  const stopped = v.resources
    .filter((r) => !r.active || r.failed || r.blocked || r.pending !== undefined)
    .map((r) => {
      const state = new Set([r.role, r.pending, r.failed ? "failed" : "", r.blocked ? "blocked" : ""].filter(Boolean));
      return problem(
        "resource",
        `${r.id} is ${[...state].join(", ")}${r.nodes.length ? ` on ${r.nodes.join(", ")}` : ""}`,
      );
    });
  const promoted = nodesOf(v, layout(v).drbd, "Promoted");
  if (promoted.length === 1) return stopped;
  return [...stopped, problem("resource", `${promoted.length} nodes are promoted, not one: ${promoted.join(", ")}`)];
}

function clusterProblems(v: ClusterView): Problem[] {
  return [
    ...(v.quorum ? [] : [problem("cluster", "there is no quorum")]),
    ...(v.maintenance ? [problem("cluster", "maintenance mode is on: nothing is done about failures")] : []),
    ...(v.fencingEnabled ? [] : [problem("fencing", "fencing is switched off")]),
    ...nodeProblems(v),
    ...resourceProblems(v),
    ...v.failures.map((f) =>
      problem("failure", `${f.operation} of ${f.resource} failed on ${f.node}: ${f.reason || f.status}`),
    ),
    ...v.failCounts.map((f) => problem("failure", `${f.resource} has fail-count ${f.count} on ${f.node}`)),
  ];
}

/** Of what stands beside Corosync, and which says nothing where Corosync itself is down. */
function thirdProblems(name: string, { rings, third: { vote, sbd }, watchdogs }: NodeReport): Problem[] {
  if (rings.length === 0) return [];
  return [
    ...(vote && !vote.runs
      ? [problem("vote", `corosync-qdevice does not run on ${name}; ${WITHOUT_VOTE}`)]
      : vote && !vote.connected
        ? [problem("vote", `the host of the third vote does not answer ${name}; ${WITHOUT_VOTE}`)]
        : []),
    ...(watchdogs && !sbd?.active
      ? [
          problem(
            "watchdog",
            `sbd does not run on ${name}: no watchdog would reset it, and the other node counts on that`,
          ),
        ]
      : []),
    ...(watchdogs && sbd?.active && !sbd.enabled
      ? [
          problem(
            "watchdog",
            `sbd does not start with Corosync on ${name}: after the next boot Pacemaker refuses to run there`,
          ),
        ]
      : []),
  ];
}

function reportProblems(name: string, n: NodeReport, peers: number): Problem[] {
  return [
    ...(n.cluster ? [] : [problem("cluster", `Pacemaker does not run on ${name}`)]),
    ...(!n.drbd ? [problem("data", `DRBD is down on ${name}`)] : []),
    ...(n.drbd && !redundant(n.drbd)
      ? [
          {
            ...problem("data", `DRBD on ${name} is ${n.drbd.connection}, ${n.drbd.disk}/${n.drbd.peerDisk}`),
            ...(copying(n.drbd) ? { passes: true as const } : {}),
          },
        ]
      : []),
    ...(n.drbd?.unnamed
      ? [problem("data", `udev made no ${n.drbd.unnamed} on ${name}: the file system could not be mounted there`)]
      : []),
    ...(n.rings.length === 0 && peers > 0 ? [problem("ring", `Corosync does not run on ${name}`)] : []),
    ...n.rings
      .filter((r) => !ringUp(r))
      .map((r) => problem("ring", `ring ${r.link} (${r.address}) is down on ${name}`)),
    ...thirdProblems(name, n),
    ...n.constraints.map((id) => ({
      ...problem("constraint", `${id}: ${meaning(id)}`),
      ...(id.startsWith(BAN) && n.drbd && copying(n.drbd) ? { passes: true as const } : {}),
    })),
  ];
}

/** Everything that is wrong, each thing once. An empty answer means full redundancy: the next fault may come. */
export function problems(s: Status): Problem[] {
  const nodes = Object.entries(s.nodes);
  const v = view(s);
  const versions = new Set(nodes.flatMap(([, n]) => (n.reachable && n.configuration ? [n.configuration] : [])));
  const found = [
    ...nodes.flatMap(([name, n]) =>
      n.reachable ? reportProblems(name, n, nodes.length - 1) : [problem("unreachable", `${name}: ${n.why}`)],
    ),
    ...(v ? clusterProblems(v) : [problem("cluster", "no node runs the cluster")]),
    ...(versions.size > 1
      ? [problem("cluster", `the nodes hold different configurations: ${[...versions].join(", ")}`)]
      : []),
  ];
  return found.filter((p, i) => found.findIndex((q) => q.what === p.what) === i);
}

/** Whether the cluster is fully redundant and without traces of failures. */
export const healthy = (s: Status): boolean => problems(s).length === 0;

import { isFencing } from "@qvd-ha/providers/dist/pacemaker/status";
import type { ClusterView } from "./crmMon";
import type { DrbdView } from "./drbd";
import type { Deployment } from "./deployment";
import { meaning, problems } from "./health";
import type { NodeReport } from "./node";
import type { Status } from "./read";
import { activeNode, view } from "./read";
import { ringUp } from "./rings";

const RESOURCE_WIDTH = 22;

function nodeLine(name: string, s: Status, v: ClusterView | undefined): string {
  const seen = v?.nodes.find((n) => n.name === name);
  const lost = seen?.online !== true || v?.unclean.includes(name);
  // Pacemaker goes on believing that a node runs what it ran until it is fenced.
  const serves = activeNode(s) !== name ? "" : lost ? "served the database" : "serves the database";
  const states = [
    seen === undefined ? "not in the cluster" : seen.online ? "online" : "OFFLINE",
    seen?.standby ? "STANDBY" : "",
    seen?.maintenance ? "MAINTENANCE" : "",
    v?.unclean.includes(name) ? "UNCLEAN" : "",
    v?.dc === name ? "coordinates" : "",
    serves,
  ];
  // Why not stands among the problems; here it would not fit into the line.
  const reached = s.nodes[name]?.reachable === false ? "does not answer by SSH" : "";
  return `  ${name.padEnd(12)}${[...states, reached].filter(Boolean).join(", ")}`;
}

export const progressOf = (d: DrbdView): string =>
  d.progress === undefined ? "" : `${d.progress} % done${d.finish ? `, ${d.finish} left` : ""}`;

function dataLine(name: string, n: NodeReport): string {
  const d = n.drbd;
  if (!d) return `  ${name.padEnd(12)}DRBD is down`;
  const progress = progressOf(d);
  return `  ${name.padEnd(12)}${d.role}, disk ${d.disk}, peer ${d.peerDisk}, ${d.connection}${progress && `, ${progress}`}`;
}

function ringLines(name: string, n: NodeReport): string[] {
  if (n.rings.length === 0) return [`  ${name.padEnd(12)}Corosync is down`];
  return [
    `  ${name.padEnd(12)}${n.rings.map((r) => `${r.link} ${r.address} ${ringUp(r) ? "up" : "DOWN"}`).join(", ")}`,
  ];
}

/** Where there is one; a screen has no room for what nobody has. */
function thirdLines(reached: readonly (readonly [string, NodeReport])[]): string[] {
  const votes = reached.flatMap(
    ([
      name,
      {
        third: { vote },
      },
    ]) =>
      vote ? [`${name} ${!vote.runs ? "DOES NOT ASK FOR IT" : vote.connected ? "has it" : "GETS NO ANSWER"}`] : [],
  );
  const guards = reached.flatMap(
    ([
      name,
      {
        watchdogs,
        third: { sbd },
      },
    ]) => (watchdogs ? [`${name} ${sbd?.active ? "guarded" : "NOT GUARDED"}`] : []),
  );
  return [
    ...(votes.length > 0 ? [`  third vote  ${votes.join(", ")}`] : []),
    ...(guards.length > 0 ? [`  watchdogs   ${guards.join(", ")}`] : []),
  ];
}

function resourceLines(v: ClusterView): string[] {
  return v.resources.map((r) => {
    const trouble = [
      r.pending === r.role ? "" : (r.pending ?? ""),
      r.failed ? "FAILED" : "",
      r.blocked ? "BLOCKED" : "",
    ].filter(Boolean);
    const where = r.nodes.length > 0 ? ` on ${r.nodes.join(", ")}` : "";
    return `  ${r.id.padEnd(RESOURCE_WIDTH)}${[r.role + where, ...trouble].join(", ")}${isFencing(r) ? "  (fencing)" : ""}`;
  });
}

/** As in `  p_postgres  target-role=Started` or, of what is more than a name and a value, `  acl_role  readers`. */
const keptLine = ({ id, what, detail }: NodeReport["kept"][number]): string =>
  ["meta", "node attribute"].includes(what)
    ? `  ${id.padEnd(RESOURCE_WIDTH)}${detail}`
    : what === "property"
      ? `  ${"cluster".padEnd(RESOURCE_WIDTH)}${id}=${detail}`
      : `  ${what.padEnd(RESOURCE_WIDTH)}${id}${detail ? ` ${detail}` : ""}`;

const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? [title, ...lines] : []);

function fencingLines(v: ClusterView): string[] {
  const last = v.fencing[0];
  const state = v.fencingEnabled ? "enabled" : "SWITCHED OFF";
  if (!last) return [`  ${state}; nobody was fenced`];
  return [`  ${state}; last: ${last.action} of ${last.target} by ${last.by}: ${last.status} ${last.completed}`];
}

/** How a client connects; the password is shown by `pulumi stack output` alone. */
export const howToConnect = (d: Deployment): string[] => [
  `  make psql, or psql "host=${d.address} port=${d.port} dbname=${d.database} user=${d.user}"`,
  "  password: pulumi stack output --show-secrets password",
];

export const boundLine = (d: Deployment): string[] =>
  d.worstCaseFailoverSeconds === undefined
    ? []
    : [`  worst case ${d.worstCaseFailoverSeconds} s by the configured timers; QVD gives up at 390 s`];

/** The cluster on one screen. */
export function screen(d: Deployment, s: Status): string {
  const v = view(s);
  const reached = Object.entries(s.nodes).filter((e): e is [string, NodeReport] => e[1].reachable);
  const holders = reached.filter(([, n]) => n.address).map(([name]) => name);
  const found = problems(s);
  const kept = [...new Set(reached.flatMap(([, n]) => n.kept.map(keptLine)))];
  const constraints = [...new Set(reached.flatMap(([, n]) => n.constraints))];
  return [
    ...section(
      "Nodes",
      d.nodes.map((n) => nodeLine(n, s, v)),
    ),
    ...section(
      "Data",
      reached.map(([name, n]) => dataLine(name, n)),
    ),
    ...section(
      "Rings",
      reached.flatMap(([name, n]) => ringLines(name, n)),
    ),
    ...section("Quorum", thirdLines(reached)),
    ...section("Resources", v ? resourceLines(v) : []),
    ...section("Fencing", v ? fencingLines(v) : []),
    ...section(
      "Constraints of the running cluster",
      constraints.map((id) => `  ${id}: ${meaning(id)}`),
    ),
    ...section("Kept as the cluster or its operator has set it", kept),
    ...section("Database", [`  ${d.address}:${d.port} on ${holders.join(", ") || "no node"}`, ...howToConnect(d)]),
    ...section("Failover", boundLine(d)),
    ...(found.length === 0
      ? ["Healthy: it would survive the loss of either node."]
      : section(
          "Not healthy:",
          found.map((p) => `  ${p.what}`),
        )),
  ].join("\n");
}

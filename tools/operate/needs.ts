import { redundant } from "../status/drbd";
import { nodesOf } from "../status/crmMon";
import { layout, PING_ATTRIBUTE } from "../status/ids";
import type { Status } from "../status/read";
import { activeNode, view } from "../status/read";

/** Each tells why the cluster is not in the state that a verb needs, in words; none: it is. */
type Need = (s: Status) => string[];

export const answers: Need = (s) =>
  Object.entries(s.nodes).flatMap(([n, r]) => (r.reachable ? [] : [`${n} does not answer: ${r.why}`]));

export const quorum: Need = (s) => {
  const v = view(s);
  return v === undefined ? ["no node runs the cluster"] : v.quorum ? [] : ["there is no quorum"];
};

export const managed: Need = (s) =>
  view(s)?.maintenance ? ["maintenance mode is on (make maintenance MODE=off)"] : [];

export const idle: Need = (s) =>
  (view(s)?.resources ?? []).flatMap((r) => (r.pending === undefined ? [] : [`${r.id} is ${r.pending}`]));

export const online: Need = (s) =>
  (view(s)?.nodes ?? []).flatMap((n) => [
    ...(n.online ? [] : [`${n.name} is offline`]),
    ...(n.standby ? [`${n.name} is in standby (make online NODE=${n.name})`] : []),
    ...(view(s)?.unclean.includes(n.name) ? [`${n.name} is unclean: it waits to be fenced`] : []),
  ]);

export const mirrored: Need = (s) =>
  Object.entries(s.nodes).flatMap(([n, r]) => {
    if (!r.reachable) return [];
    if (!r.drbd) return [`DRBD is down on ${n}`];
    return redundant(r.drbd) ? [] : [`DRBD on ${n} is ${r.drbd.connection}, ${r.drbd.disk}/${r.drbd.peerDisk}`];
  });

export const served: Need = (s) => (activeNode(s) === undefined ? ["no node runs the database (make doctor)"] : []);

/** What a node needs to take the service over. */
export const ready =
  (node: string) =>
  (s: Status): string[] => {
    const v = view(s);
    const ids = layout(v);
    const bans = Object.values(s.nodes).flatMap((r) => (r.reachable ? r.constraints : []));
    return [
      ...(ids.ping === undefined || Number(v?.attributes[node]?.[PING_ATTRIBUTE] ?? 0) > 0
        ? []
        : [`${node} does not reach the router`]),
      ...[...new Set(bans.filter((id) => id.endsWith(`-on-${node}`) || id.startsWith("drbd-fence-by-handler-")))].map(
        (id) => `${id} forbids it`,
      ),
      ...(v?.failCounts ?? [])
        .filter((f) => f.node === node && [ids.fileSystem, ids.address, ids.postgres].includes(f.resource))
        .map((f) => `${f.resource} has failed on ${node} (make doctor)`),
    ];
  };

export const reasons = (s: Status, ...needs: readonly Need[]): string[] => [...new Set(needs.flatMap((n) => n(s)))];

/** Where the database runs and the data is promoted: on the same node, and nowhere else. */
export function serves(s: Status): string | undefined {
  const v = view(s);
  const [node, ...others] = v ? nodesOf(v, layout(v).postgres, "Started") : [];
  const promoted = v ? nodesOf(v, layout(v).drbd, "Promoted") : [];
  const pending = v?.resources.some((r) => r.pending !== undefined) ?? true;
  return others.length === 0 && promoted.length === 1 && promoted[0] === node && !pending ? node : undefined;
}

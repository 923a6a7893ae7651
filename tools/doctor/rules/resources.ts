import { isFencing } from "@qvd-ha/providers/dist/pacemaker/status";
import type { Look } from "../look";
import type { Rule, Said } from "./rule";

/** What clients are served by, in the order in which it starts. */
const service = ({ ids }: Look): readonly string[] => [ids.fileSystem, ids.address, ids.postgres];

/** What the operator has told to stop. */
function stopped(l: Look): Said[] {
  const kept = l.reached
    .flatMap(([, n]) => n.kept)
    .filter((k) => k.what === "meta" && k.detail === "target-role=Stopped");
  return [...new Set(kept.map((k) => k.id))].map((id) => ({
    severity: "critical",
    where: "cluster",
    what: `${id} was told to stop (target-role=Stopped)`,
    why: "the service is down until somebody takes that back",
    next: [
      id === l.ids.group || service(l).includes(id)
        ? l.make("service-start")
        : l.on(l.spokesman, `crm_resource --resource ${id} --meta --delete-parameter target-role`),
    ],
  }));
}

/** Failures that Pacemaker remembers, each resource and node once. */
function failures(l: Look): Said[] {
  const v = l.v;
  if (!v) return [];
  const devices = new Set(v.resources.filter(isFencing).map((r) => r.id));
  const keys = [
    ...v.failures.map((f) => `${f.resource} ${f.node}`),
    ...v.failCounts.map((f) => `${f.resource} ${f.node}`),
  ];
  return [...new Set(keys)].flatMap((key): Said[] => {
    const [resource = "", node = ""] = key.split(" ");
    if (devices.has(resource)) return [];
    const all = v.failures.filter((f) => f.resource === resource && f.node === node);
    const f = all.at(-1);
    const count = v.failCounts.find((c) => c.resource === resource && c.node === node);
    const here = v.resources.filter((r) => r.id === resource);
    const down = here.every((r) => !r.active) && service(l).includes(resource);
    const said = f ? `${f.operation} ended with ${f.status}${f.reason ? `: ${f.reason}` : ""}` : "it has failed";
    const since = f?.at ?? count?.last;
    return [
      {
        severity: down ? "critical" : "warning",
        where: node,
        what: `${resource}: ${said}${count ? ` (fail-count ${count.count})` : ""}`,
        ...(since ? { since } : {}),
        why: down
          ? "the service is down"
          : count?.count === "INFINITY"
            ? "it may not run there any more until that is cleared"
            : "after one more it has to leave that node; mend the cause, then clear it",
        next: [l.on(l.spokesman, `crm_resource --cleanup --resource ${resource} --node ${node}`)],
      },
    ];
  });
}

/** What does not run, and for which nothing else is to blame. */
function down(l: Look, explained: readonly string[]): Said[] {
  const v = l.v;
  if (!v || l.halted || !v.quorum || v.unclean.length > 0 || v.resources.some((r) => r.pending !== undefined))
    return [];
  const told = v.resources.filter((r) => r.targetRole === "Stopped").map((r) => r.id);
  if (told.length > 0) return [];
  const found = service(l).filter((id) => {
    const all = v.resources.filter((r) => r.id === id);
    return all.length > 0 && all.every((r) => !r.active) && !explained.includes(id);
  });
  const [first] = found;
  // A group's members wait for the first of them.
  if (first === undefined || explained.some((id) => service(l).includes(id))) return [];
  const promoted = v.resources.some((r) => r.id === l.ids.drbd && r.role === "Promoted");
  return [
    {
      severity: "critical",
      where: "cluster",
      what: promoted ? `${first} does not run` : `no node is promoted, so ${first} does not run`,
      why: "the service is down",
      next: [l.on(l.spokesman, `crm_resource --why --resource ${promoted ? first : l.ids.drbd}`)],
    },
  ];
}

function stuck(l: Look): Said[] {
  return (l.v?.resources ?? [])
    .filter((r) => r.blocked)
    .map((r) => ({
      severity: "critical",
      where: r.nodes[0] ?? "cluster",
      what: `${r.id} is blocked: a stop has failed, and its node was not fenced for it`,
      why: "the cluster does not touch it any more",
      next: [l.on(l.spokesman, `crm_resource --cleanup --resource ${r.id}`)],
    }));
}

/** What the cluster runs, and what has failed. */
export const resources: Rule = (l) => {
  const failed = failures(l);
  const explained = failed.map((f) => f.what.split(":")[0] as string);
  return [...stopped(l), ...stuck(l), ...failed, ...down(l, explained)];
};

import { covers } from "@qvd-ha/providers/dist/pacemaker/fencing";
import { isFencing } from "@qvd-ha/providers/dist/pacemaker/status";
import type { Look } from "../look";
import { REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

/** Whom a device fences, by the cluster's configuration; by its name where that does not tell. */
function targetOf(l: Look, device: string): string {
  const element = Object.values(l.r.details)
    .map((d) => d.configuration?.elements[device])
    .find((e) => e !== undefined);
  const nodes = element ? covers(element) : [];
  return nodes !== "any" && nodes.length === 1 ? (nodes[0] as string) : device.replace(/^p_fence_/, "");
}

const DAY_MS = 86_400_000;
const at = (text: string): number => Date.parse(text.replace(/^(\d{4}-\d\d-\d\d) (\S+?)(Z?)$/, "$1T$2$3"));

/** Whether a node that has to be switched off could be. */
export const fencing: Rule = (l) => {
  const { v } = l;
  if (!v) return [];
  const found: Said[] = [];
  if (!v.fencingEnabled)
    found.push({
      severity: "critical",
      where: "cluster",
      what: "fencing is switched off",
      why: "nothing prevents that both nodes write",
      next: [l.make(...REPAIR)],
    });
  for (const d of v.resources.filter(isFencing)) {
    const failure = v.failures.find((f) => f.resource === d.id);
    if (d.active && !d.failed && !failure) continue;
    const target = targetOf(l, d.id);
    // A device does not run on the node that it fences: where the other one is away, it has no place.
    if (!d.active && !failure && !l.serving(l.peer(target))) continue;
    found.push({
      severity: d.active ? "warning" : "serious",
      where: failure?.node ?? l.peer(target),
      what: `${d.id} ${d.active ? "has failed and was started again" : "does not run"}${failure ? `: ${failure.operation} ended with ${failure.status}${failure.reason ? `, ${failure.reason}` : ""}` : ""}`,
      ...(failure?.at ? { since: failure.at } : {}),
      why: `${target} could not be fenced, and nobody would take over from it`,
      next: [l.on(failure?.node ?? l.peer(target), `crm_resource --cleanup --resource ${d.id}`)],
    });
  }
  for (const target of l.r.nodes) {
    const last = v.fencing.find((f) => f.target === target);
    if (last?.status === "pending")
      found.push({
        severity: "serious",
        where: target,
        what: `${last.action} is under way, asked for by ${last.by}`,
        why: "until it has ended, nobody takes over",
        next: [l.make("doctor")],
      });
    if (last?.status === "failed" && !v.unclean.includes(target))
      found.push({
        severity: "warning",
        where: target,
        what: `the last fencing (${last.action} by ${last.by}) has failed${last.reason ? `: ${last.reason}` : ""}`,
        since: last.completed,
        why: "the next one may fail as well; Pacemaker remembers it until it is cleared",
        next: [l.on(l.spokesman, `stonith_admin --cleanup --history ${target}`)],
      });
    const done = last?.status === "success" ? at(last.completed) : NaN;
    if (last && Date.parse(l.r.status.taken) - done < DAY_MS)
      found.push({
        severity: "note",
        where: target,
        what: `was fenced (${last.action} by ${last.by})`,
        since: last.completed,
        why: "something had happened; the log says what",
        next: [l.on(l.spokesman, "journalctl -u corosync -u pacemaker --no-pager -n 200")],
      });
  }
  return found;
};

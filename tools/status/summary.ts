import type { Deployment } from "./deployment";
import { copying } from "./drbd";
import { problems } from "./health";
import type { Status } from "./read";
import { activeNode, view } from "./read";
import { boundLine, howToConnect, progressOf } from "./screen";

/** One line: what is wrong, or how far the copy is that is not yet a second one. */
function state(s: Status): string {
  const found = problems(s);
  const lasting = found.filter((p) => !p.passes);
  const copies = Object.values(s.nodes).flatMap((n) => (n.reachable && n.drbd && copying(n.drbd) ? [n.drbd] : []));
  const far = copies.map(progressOf).find(Boolean);
  const copy =
    found.length === lasting.length
      ? []
      : [
          `a disk is being copied to${far ? ` (${far})` : ""}: until then the loss of the other node would stop the service`,
        ];
  const all = [...lasting.map((p) => p.what), ...copy];
  return all.length === 0 ? "healthy" : all.join("; ");
}

/** What a deployment ends with. */
export function summary(d: Deployment, s: Status): string {
  const v = view(s);
  const active = activeNode(s);
  const nodes = d.nodes.map((name) => {
    const online = v?.nodes.find((n) => n.name === name)?.online ?? false;
    return `${name} ${online ? "online" : "OFFLINE"}${name === active ? " (serves)" : ""}`;
  });
  return [
    "",
    `Nodes      ${nodes.join(", ")}`,
    `Database   ${d.database} at ${d.address}:${d.port}, user ${d.user}`,
    "Connect",
    ...howToConnect(d),
    ...(d.worstCaseFailoverSeconds === undefined ? [] : ["Failover", ...boundLine(d)]),
    `State      ${state(s)}`,
  ].join("\n");
}

import type { Deployment } from "./deployment";
import { problems } from "./health";
import type { Status } from "./read";
import { activeNode, view } from "./read";
import { boundLine, howToConnect } from "./screen";

/** What a deployment ends with. */
export function summary(d: Deployment, s: Status): string {
  const v = view(s);
  const active = activeNode(s);
  const nodes = d.nodes.map((name) => {
    const online = v?.nodes.find((n) => n.name === name)?.online ?? false;
    return `${name} ${online ? "online" : "OFFLINE"}${name === active ? " (serves)" : ""}`;
  });
  const found = problems(s);
  return [
    "",
    `Nodes      ${nodes.join(", ")}`,
    `Database   ${d.database} at ${d.address}:${d.port}, user ${d.user}`,
    "Connect",
    ...howToConnect(d),
    ...(d.worstCaseFailoverSeconds === undefined ? [] : ["Failover", ...boundLine(d)]),
    found.length === 0 ? "State      healthy" : `State      ${found.map((p) => p.what).join("; ")}`,
  ].join("\n");
}

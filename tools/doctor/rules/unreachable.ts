import type { Look } from "../look";
import type { Rule, Said } from "./rule";

/** Switches a machine on, from where its hypervisor is reached. */
export function switchOn(l: Look, node: string): string[] {
  const p = l.r.power[node];
  if (!p) return [];
  const command = `virsh -c '${p.uri}' start ${p.domain}`;
  return [p.lab ? `lab/lab exec -- ${command}` : command];
}

function said(l: Look, node: string, why: string): Said {
  const peer = l.peer(node);
  if (why.includes("shows host key"))
    return {
      severity: "serious",
      where: node,
      what: `another host key than the known one: ${why}`,
      why: "another machine, or somebody in between, answers at that address; nothing is sent there",
      next: [l.on(peer, `ssh-keyscan -t ed25519 ${l.r.hosts[node]} | ssh-keygen -lf -`)],
    };
  if (l.online(node))
    return {
      severity: "warning",
      where: node,
      what: `does not answer by SSH, though it is a member of the cluster: ${why}`,
      why: "it serves, but nobody can look at it or deploy to it",
      next: [l.on(peer, `ping -c 3 -W 2 ${l.r.hosts[node]}`), l.on(peer, `ssh-keyscan -T 5 ${l.r.hosts[node]}`)],
    };
  const left = l.v?.quorum === true && l.active !== undefined && l.active !== node;
  return {
    severity: left ? "serious" : "critical",
    where: node,
    what: `is down, or cut off from everything: ${why}`,
    why: left ? "nobody is left to take over" : "the service is down, and the other node may not go on alone",
    next: [...switchOn(l, node), l.make("status")],
  };
}

/** Nodes that do not answer by SSH. */
export const unreachable: Rule = (l) =>
  l.r.nodes.flatMap((node) => {
    const s = l.r.status.nodes[node];
    return s && !s.reachable ? [said(l, node, s.why)] : [];
  });

import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import { CLUSTER_KEY, FENCE_CONFIG, FENCE_HOSTS, FENCE_KEY } from "../facts/files";
import type { Look } from "../look";
import { REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

interface Device {
  readonly id: string;
  readonly key?: string;
  readonly config?: string;
  readonly host: string;
}

/** Fence devices that go by SSH with our key, by the cluster's configuration. */
function devices(c: Configuration | undefined): Device[] {
  return Object.entries(c?.elements ?? {}).flatMap(([id, e]): Device[] => {
    if (e.kind !== "primitive" || !e.agent.startsWith("stonith:")) return [];
    const p = e.params;
    const uri = /^qemu\+ssh:\/\/(?:[^@/]*@)?([^:/]+).*keyfile=([^&]+)/.exec(p["hypervisor_uri"] ?? "");
    const key = p["identity_file"] ?? (uri?.[2] ? decodeURIComponent(uri[2]) : undefined);
    if (key === undefined) return [];
    const config = /-F (\S+)/.exec(p["ssh_options"] ?? "")?.[1];
    return [{ id, key, host: p["ip"] ?? uri?.[1] ?? "", ...(config ? { config } : {}) }];
  });
}

function fenceFiles(l: Look, where: string): Said[] {
  const files = l.details(where).files;
  const all = devices(l.r.details[where]?.configuration);
  if (!files || all.length === 0) return [];
  const faults: string[] = [];
  if (all.some((d) => d.key === FENCE_KEY)) {
    const key = files.byPath[FENCE_KEY];
    if (!key || key.size === 0) faults.push(`the fencing key ${FENCE_KEY} is missing`);
    else if (key.mode !== "600" || key.owner !== "root")
      faults.push(`the fencing key may be read by others (${key.mode} ${key.owner}): ssh refuses it`);
  }
  if (all.some((d) => d.config === FENCE_CONFIG)) {
    if (!files.byPath[FENCE_CONFIG]) faults.push(`${FENCE_CONFIG} is missing`);
    const unknown = [...new Set(all.map((d) => d.host))].filter(
      (h) => !files.knownHypervisors.some((k) => k === h || k.startsWith(`[${h}]:`)),
    );
    if (unknown.length > 0) faults.push(`${FENCE_HOSTS} has no host key of ${unknown.join(", ")}`);
  }
  return faults.map((what) => ({
    severity: "serious",
    where,
    what,
    why: "from here nobody can be fenced, so nobody would take over",
    next: [l.make(...REPAIR)],
  }));
}

function clusterKey(l: Look): Said[] {
  const keys = l.reached.flatMap(([n]) => {
    const files = l.details(n).files;
    return files ? [[n, files.byPath[CLUSTER_KEY]] as const] : [];
  });
  const missing = keys.filter(([, k]) => !k).map(([n]) => n);
  const open = keys.filter(([, k]) => k && !["400", "600"].includes(k.mode)).map(([n]) => n);
  const differ = new Set(keys.flatMap(([, k]) => (k ? [k.sha256] : []))).size > 1;
  const said = (where: string, what: string, why: string): Said => ({
    severity: "serious",
    where,
    what,
    why,
    next: [l.make(...REPAIR)],
  });
  return [
    ...missing.map((n) => said(n, `${CLUSTER_KEY} is missing`, "Corosync does not start here the next time")),
    ...open.map((n) =>
      said(n, `${CLUSTER_KEY} may be read by others`, "who has it can speak as a node of the cluster"),
    ),
    ...(differ
      ? [said("cluster", `the nodes have different ${CLUSTER_KEY}`, "at the next start they do not hear each other")]
      : []),
  ];
}

/** Keys and known hosts that fencing and the cluster stand on. */
export const keys: Rule = (l) => [...l.reached.flatMap(([n]) => fenceFiles(l, n)), ...clusterKey(l)];

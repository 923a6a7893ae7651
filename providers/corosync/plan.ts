import { lines, raw, Secret, sh } from "../remote";
import type { Plan, Step } from "../step";
import { plan as planOf } from "../step";
import type { AllSeen, CorosyncSeen } from "./read";
import { keyHash, same } from "./read";
import { CONF_PATH, HEADER, KEY_PATH, parse, render } from "./render";
import type { Spec } from "./spec";
import { links, nodeNames } from "./spec";

/** How a running cluster takes a change of its configuration. */
export type Change = "none" | "reload" | "restart";

/** What `corosync-cfgtool -R` takes up, of what a spec holds; corosync.conf(5) and cmap_keys(8). */
const RELOADABLE: readonly (keyof Spec)[] = ["token", "consensus", "join", "maxMessages", "logging"];
/** Not in any file. */
const LOCAL: readonly (keyof Spec)[] = ["connections", "oneRingConsent", "startTimeoutSeconds"];

const parsed = (conf: string | undefined, known: Spec): Spec | undefined => {
  try {
    return conf === undefined ? undefined : parse(conf, known);
  } catch {
    // A file that nobody can read is replaced as a whole.
    return undefined;
  }
};

/** Properties by which a node's files differ from the spec. */
function changed(spec: Spec, s: CorosyncSeen): (keyof Spec)[] {
  const now = parsed(s.conf, spec);
  const keys = (Object.keys(spec) as (keyof Spec)[]).concat(now ? (Object.keys(now) as (keyof Spec)[]) : []);
  const key: (keyof Spec)[] = s.key?.sha256 === keyHash(spec) ? [] : ["authkey"];
  const differ = [...new Set(keys)].filter((k) => !LOCAL.includes(k) && k !== "authkey" && !same(now?.[k], spec[k]));
  return [...differ, ...key];
}

/** A file of ours must be as rendered; somebody else's needs only say the same. */
const fileDiffers = (spec: Spec, s: CorosyncSeen): boolean =>
  s.conf === undefined ||
  (s.conf.startsWith(HEADER) ? s.conf !== render(spec) : changed(spec, s).some((k) => k !== "authkey"));

export const classify = (keys: readonly (keyof Spec)[]): Change =>
  keys.length === 0 ? "none" : keys.every((k) => RELOADABLE.includes(k)) ? "reload" : "restart";

/** Name of the one-node cluster that Debian's packages start when they are installed; nobody's data hangs on it. */
const PACKAGED_CLUSTER = "debian";

const clusterNameOf = (spec: Spec, s: CorosyncSeen): string | undefined =>
  s.conf === undefined ? undefined : (parsed(s.conf, spec)?.clusterName ?? "(none)");

/** A cluster that is not ours. */
const foreign = (spec: Spec, s: CorosyncSeen): boolean =>
  s.conf !== undefined && !s.conf.startsWith(HEADER) && clusterNameOf(spec, s) !== spec.clusterName;

/** Somebody's cluster is never taken apart: who wants the machine in this one ends the other one first. */
function refuseForeign(spec: Spec, names: readonly string[], of: (n: string) => CorosyncSeen): void {
  const found = names.filter((n) => foreign(spec, of(n)) && clusterNameOf(spec, of(n)) !== PACKAGED_CLUSTER);
  if (found.length === 0) return;
  const list = found.map((n) => `${n} belongs to the cluster "${clusterNameOf(spec, of(n))}" (${CONF_PATH})`);
  throw new Error(
    `Corosync ring ${spec.clusterName}: ${list.join("; ")}. Nothing was touched. ` +
      "Fix: end that cluster by hand and remove its corosync.conf, or name the right machines.",
  );
}

const STATE = raw("/var/lib/pacemaker/cib/* /var/lib/pacemaker/pengine/* /var/lib/corosync/ringid_*");

const purge = (node: string, reason: string): Step => ({ node, reason, command: { script: sh`rm -rf ${STATE}` } });

const put = (node: string, path: string, mode: string, data: string, decode: boolean, reason: string): Step => ({
  node,
  reason,
  command: {
    script: sh`mkdir -p /etc/corosync
t=$(mktemp ${path}.XXXXXX)
trap 'rm -f "$t"' EXIT
${raw(decode ? "base64 -d" : "cat")} >"$t"
chmod ${mode} "$t"
sync "$t"
mv -f "$t" ${path}`,
    stdin: new Secret(data),
  },
});

const stop = (node: string, reason: string): Step => ({
  node,
  reason,
  danger: "stops",
  // Pacemaker first: it leaves the membership in order, so nobody is fenced for going away.
  command: {
    script: sh`systemctl stop pacemaker
systemctl stop corosync`,
    timeoutSeconds: 600,
  },
});

const start = (node: string, s: CorosyncSeen): Step => ({
  node,
  reason:
    s.units.corosync && s.units.pacemaker
      ? "start corosync and pacemaker again, and at boot"
      : "corosync and pacemaker do not run, or not at boot",
  command: {
    script: lines(
      ...(s.units.masked ? [sh`systemctl unmask --quiet corosync pacemaker`] : []),
      sh`systemctl reset-failed corosync pacemaker 2>/dev/null || true
systemctl enable --quiet --now corosync pacemaker`,
    ),
    timeoutSeconds: 300,
  },
});

/** Until every node is online in Pacemaker and every link to the peer is connected, as this node sees it. */
function await_(spec: Spec, node: string): Step {
  const count = links(spec);
  const names = nodeNames(spec);
  const script = sh`deadline=$(( SECONDS + ${spec.startTimeoutSeconds} ))
while :; do
  lacks=""
  up=$(corosync-cfgtool -s 2>/dev/null | grep -c '[[:space:]]connected' || true)
  [ "$up" -ge ${count} ] || lacks="$up of ${count} links are connected"
  if [ -z "$lacks" ]; then
    seen=$(timeout 60 crm_mon --output-as=xml -1 2>/dev/null || true)
    for n in ${names}; do
      grep -q "<node name=\"$n\" .*online=\"true\"" <<<"$seen" || lacks="$lacks $n is not online in Pacemaker"
    done
  fi
  [ -n "$lacks" ] || exit 0
  if (( SECONDS >= deadline )); then echo "not within ${spec.startTimeoutSeconds} s: $lacks" >&2; exit 1; fi
  sleep 1
done`;
  return {
    node,
    reason: "wait until both nodes are online and every link is connected",
    command: { script, timeoutSeconds: spec.startTimeoutSeconds + 90 },
  };
}

const complete = (spec: Spec, s: CorosyncSeen): boolean =>
  s.units.corosync &&
  s.units.pacemaker &&
  same([...s.membership.online], nodeNames(spec)) &&
  s.membership.links.length === links(spec) &&
  s.membership.links.every(Boolean);

const runningOf = (seen: AllSeen): string[] =>
  [...new Set(Object.values(seen).flatMap((s) => s.membership.running))].sort();

/** @throws Error where a change would stop resources that run, or a node belongs to another cluster */
export function plan(spec: Spec, seen: AllSeen): Plan {
  const names = nodeNames(spec);
  const of = (n: string): CorosyncSeen => seen[n] as CorosyncSeen;
  refuseForeign(spec, names, of);
  const keys = [...new Set(names.flatMap((n) => changed(spec, of(n))))];
  const up = names.filter((n) => of(n).units.corosync || of(n).units.pacemaker);
  const change: Change = up.length === 0 ? "none" : classify(keys);
  const resources = runningOf(seen);
  if (change === "restart" && resources.length > 0)
    throw new Error(
      `Corosync ring ${spec.clusterName}: ${keys.join(", ")} cannot be changed while the cluster runs, and ${resources.join(", ")} run. ` +
        "Nothing was touched. Fix: stop the resources (stop-all-resources) or put back the former value.",
    );

  const write = names.flatMap((n): Step[] => {
    const s = of(n);
    const text = render(spec);
    const steps: Step[] = [];
    if (foreign(spec, s)) steps.push(purge(n, "a cluster of another name has left its state here"));
    // A node without a configuration must not come with the identity of a cluster that it was in before.
    if (s.conf === undefined && !up.includes(n))
      steps.push(purge(n, "no configuration: no state of a former cluster either"));
    if (fileDiffers(spec, s))
      steps.push(
        put(n, CONF_PATH, "0644", text, false, `${CONF_PATH} is ${s.conf === undefined ? "missing" : "not as wanted"}`),
      );
    if (s.key?.sha256 !== keyHash(spec) || s.key.mode !== "400")
      steps.push(put(n, KEY_PATH, "0400", spec.authkey, true, `${KEY_PATH} is ${s.key ? "not as wanted" : "missing"}`));
    return steps;
  });
  const stopped =
    change === "restart"
      ? up.map((n) => stop(n, `${keys.join(", ")} can only change while corosync is stopped on both nodes`))
      : [];
  const [first = ""] = up;
  const reload: Step[] =
    change === "reload"
      ? [
          {
            node: first,
            reason: `${keys.join(", ")} changed: all nodes reload`,
            command: { script: sh`corosync-cfgtool -R` },
          },
        ]
      : [];
  const startable = names.filter((n) => {
    const u = of(n).units;
    return (change === "restart" && up.includes(n)) || !u.corosync || !u.pacemaker || !u.enabled;
  });
  const started = startable.map((n) => start(n, of(n)));
  const waits =
    started.length > 0 || names.some((n) => !complete(spec, of(n))) ? names.map((n) => await_(spec, n)) : [];
  return planOf([stopped, write, reload, started, waits], "both nodes are online, every link is connected");
}

/** Stops both nodes at once, which is an orderly leave, and takes the cluster's identity and state away. @throws Error while resources run */
export function remove(spec: Spec, seen: AllSeen): Plan {
  const resources = runningOf(seen);
  if (resources.length > 0)
    throw new Error(
      `Corosync ring ${spec.clusterName}: ${resources.join(", ")} still run. Nothing was touched. Fix: stop the resources first.`,
    );
  const names = nodeNames(spec).filter((n) => seen[n]);
  const up = names.filter((n) => seen[n]?.units.corosync || seen[n]?.units.pacemaker);
  const clean = names
    .filter((n) => seen[n]?.conf !== undefined || seen[n]?.key !== undefined || seen[n]?.units.enabled)
    .flatMap((n): Step[] => [
      {
        node: n,
        reason: "no start at boot",
        command: { script: sh`systemctl disable --quiet pacemaker corosync` },
      },
      purge(n, "the cluster's state goes with it"),
      { node: n, reason: "remove configuration and key", command: { script: sh`rm -f ${CONF_PATH} ${KEY_PATH}` } },
    ]);
  return planOf([up.map((n) => stop(n, "the cluster ends on both nodes at once")), clean], "nothing is there");
}

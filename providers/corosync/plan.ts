import { lines, raw, Secret, sh, TICK } from "../remote";
import { same } from "../overlay";
import type { Plan, Step } from "../step";
import { plan as planOf } from "../step";
import { classify } from "./classes";
import { differing, keysOf, unlike } from "./keys";
import type { AllSeen, CorosyncSeen } from "./read";
import { DEVICE_ANSWERS, keyHash, parsed } from "./read";
import { CONF_PATH, HEADER, KEY_PATH, render } from "./render";
import { forgetPending, hold, PENDING, release, reload, restart, STOP } from "./restart";
import type { Spec } from "./spec";
import { links, nodeNames } from "./spec";

/** Not in any file. */
const LOCAL: readonly (keyof Spec)[] = ["connections", "oneRingConsent", "startTimeoutSeconds", "authkey"];

/** Whether a file that is not ours says something else. */
function saysOther(spec: Spec, s: CorosyncSeen): boolean {
  const now = parsed(s.conf, spec);
  const keys = [...Object.keys(spec), ...Object.keys(now ?? {})] as (keyof Spec)[];
  return keys.some((k) => !LOCAL.includes(k) && !same(now?.[k], spec[k]));
}

/** A file of ours must be as rendered; somebody else's needs only say the same. */
const fileDiffers = (spec: Spec, s: CorosyncSeen): boolean =>
  s.conf === undefined || (s.conf.startsWith(HEADER) ? s.conf !== render(spec) : saysOther(spec, s));

/** Keys by which a file differs, for the reason; empty where nobody can read it. */
function fileKeys(spec: Spec, s: CorosyncSeen): string[] {
  try {
    return s.conf === undefined ? [] : differing(keysOf(s.conf), keysOf(render(spec)));
  } catch {
    return [];
  }
}

/** Keys that a daemon must take up: what it runs with otherwise than wanted. A file that somebody changed and nobody has read needs no more than to be put back. */
function due(spec: Spec, s: CorosyncSeen): string[] {
  const authkey = s.key !== undefined && s.key.sha256 !== keyHash(spec) ? ["authkey"] : [];
  if (s.running === undefined) return authkey;
  // Somebody else's file leaves to defaults what ours says, so its daemon has less in its map.
  const foreign = s.conf !== undefined && !s.conf.startsWith(HEADER) && !fileDiffers(spec, s);
  return [...(foreign ? [] : unlike(s.running, keysOf(render(spec)))), ...authkey];
}

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

const because = (spec: Spec, s: CorosyncSeen): string => {
  const keys = s.conf === undefined ? "" : fileKeys(spec, s).join(", ");
  return `${CONF_PATH} is ${s.conf === undefined ? "missing" : "not as wanted"}${keys ? `: ${keys}` : ""}`;
};

const purge = (node: string, reason: string): Step => ({ node, reason, command: { script: sh`rm -rf ${STATE}` } });

/** Path and mode. */
const CONF = [CONF_PATH, "0644"] as const;
const KEY = [KEY_PATH, "0400"] as const;

/** `up`: a daemon runs that will not have read it. */
const put = (node: string, file: readonly [string, string], data: string, up: boolean, reason: string): Step => ({
  node,
  reason,
  command: {
    script: sh`mkdir -p /etc/corosync
${up ? sh`: >${PENDING}` : sh`:`}
t=$(mktemp ${file[0]}.XXXXXX)
trap 'rm -f "$t"' EXIT
${raw(file === KEY ? "base64 -d" : "cat")} >"$t"
chmod ${file[1]} "$t"
sync "$t"
mv -f "$t" ${file[0]}`,
    stdin: new Secret(data),
  },
});

const stop = (node: string, reason: string): Step => ({
  node,
  reason,
  command: { script: STOP, timeoutSeconds: 600 },
});

/** What of the two is not as it should be, in words. */
function absent(u: CorosyncSeen["units"]): string {
  const stopped = [u.corosync ? "" : "corosync", u.pacemaker ? "" : "pacemaker"].filter(Boolean);
  if (stopped.length > 0) return `${stopped.join(" and ")} ${stopped.length > 1 ? "do" : "does"} not run`;
  return u.masked ? "corosync or pacemaker is masked" : "corosync and pacemaker do not start at boot";
}

const start = (node: string, s: CorosyncSeen): Step => ({
  node,
  reason: `${absent(s.units)}: start both, and at boot`,
  command: {
    script: lines(
      ...(s.units.masked ? [sh`systemctl unmask --quiet corosync pacemaker`] : []),
      sh`systemctl reset-failed corosync pacemaker 2>/dev/null || true
systemctl enable --quiet --now corosync pacemaker
rm -f ${PENDING}`,
    ),
    timeoutSeconds: 300,
  },
});

/** Until every node is online in Pacemaker and every link to the peer is connected, as this node sees it; or any link, where only one node has new addresses yet. */
function await_(spec: Spec, node: string, count = links(spec)): Step {
  const names = nodeNames(spec);
  const script = sh`${raw(TICK)}
begin ${spec.startTimeoutSeconds}
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
  if late; then echo "not within ${spec.startTimeoutSeconds} s: $lacks" >&2; exit 1; fi
  sleep 1
done`;
  return {
    node,
    reason: `wait until both nodes are online and ${count === links(spec) ? "every" : "a"} link is connected`,
    waits: true,
    command: { script, timeoutSeconds: spec.startTimeoutSeconds + 90 },
  };
}

const complete = (spec: Spec, s: CorosyncSeen): boolean =>
  s.units.corosync &&
  s.units.pacemaker &&
  same([...s.membership.online], nodeNames(spec)) &&
  s.membership.links.length === links(spec) &&
  s.membership.links.every(Boolean);

/** How long the host of the third vote may take to answer. */
const DEVICE_SECONDS = 60;

const hasDevice = (spec: Spec, s: CorosyncSeen): boolean =>
  s.conf !== undefined && parsed(s.conf, spec)?.device !== undefined;

/** Before its part of the file goes: the daemon would go on asking for a vote that counts no more. */
const deviceOff = (node: string): Step => ({
  node,
  reason: "give the third vote up",
  command: { script: sh`systemctl disable --quiet --now corosync-qdevice` },
});

/** It reads the daemon's map at its start only. */
const deviceOn = (node: string, why: string): Step => ({
  node,
  reason: `${why}: start corosync-qdevice, and at boot`,
  command: {
    script: sh`systemctl reset-failed corosync-qdevice 2>/dev/null || true
systemctl enable --quiet corosync-qdevice
systemctl restart corosync-qdevice`,
    timeoutSeconds: 120,
  },
});

const deviceAnswers = (node: string, host: string): Step => ({
  node,
  reason: "wait until the host of the third vote answers",
  waits: true,
  command: {
    script: sh`${raw(TICK)}
begin ${DEVICE_SECONDS}
until ${DEVICE_ANSWERS}; do
  if late; then
    echo "corosync-qnetd on ${host} does not answer within ${DEVICE_SECONDS} s: is it reached there, and do the certificates fit?" >&2
    exit 1
  fi
  sleep 1
done`,
    timeoutSeconds: DEVICE_SECONDS + 30,
  },
});

const runningOf = (seen: AllSeen): string[] =>
  [...new Set(Object.values(seen).flatMap((s) => s.membership.running))].sort();

/** How a change is made, in words. */
const CLASS = {
  none: "",
  reload: "by a reload",
  rolling: "one node at a time",
  together: "with corosync stopped on both nodes at once",
} as const;

/** Stopped together, they are started together, too: each waits for the other. */
const again = (node: string, s: CorosyncSeen): Step => ({
  ...start(node, s),
  reason: "start corosync and pacemaker again, and at boot",
});

/**
 * The service goes on through all of it: where daemons must be started again, Pacemaker leaves what runs alone meanwhile.
 * @throws Error where a node belongs to another cluster
 */
export function plan(spec: Spec, seen: AllSeen): Plan {
  const names = nodeNames(spec);
  const of = (n: string): CorosyncSeen => seen[n] as CorosyncSeen;
  refuseForeign(spec, names, of);
  const up = names.filter((n) => of(n).units.corosync || of(n).units.pacemaker);
  const keys = [...new Set(up.flatMap((n) => due(spec, of(n))))].sort();
  // Packages have started a cluster of one on each node: these two never were one.
  const strangers = up.some((n) => foreign(spec, of(n)));
  const change = strangers ? "together" : classify(keys);
  const serving = runningOf(seen).length > 0;
  const held = names.some((n) => of(n).membership.held);
  const promoted = (n: string): boolean => names.some((by) => of(by).membership.promoted?.includes(n));

  const write = names.flatMap((n): Step[] => {
    const s = of(n);
    const steps: Step[] = [];
    if (foreign(spec, s)) steps.push(purge(n, "a cluster of another name has left its state here"));
    // A node without a configuration must not come with the identity of a cluster that it was in before.
    if (s.conf === undefined && !up.includes(n))
      steps.push(purge(n, "no configuration: no state of a former cluster either"));
    if (fileDiffers(spec, s)) steps.push(put(n, CONF, render(spec), up.includes(n), because(spec, s)));
    if (s.key?.sha256 !== keyHash(spec) || s.key.mode !== "400")
      steps.push(put(n, KEY, spec.authkey, up.includes(n), `${KEY_PATH} is ${s.key ? "not as wanted" : "missing"}`));
    return steps;
  });
  const first = up.find((n) => of(n).units.pacemaker) ?? up[0] ?? "";
  const unread = names.filter((n) => of(n).pending || write.some((w) => w.node === n && up.includes(n)));
  const waits = names.map((n) => await_(spec, n));
  const why = keys.join(", ");

  const restarts: Step[][] = {
    none: [],
    reload: [],
    // The one that serves comes last: should the first not come back, nothing was lost.
    rolling: [...up]
      .sort((a, b) => Number(promoted(a)) - Number(promoted(b)))
      .filter((n) => due(spec, of(n)).length > 0)
      .flatMap((n) => [[restart(n, due(spec, of(n)))], names.map((by) => await_(spec, by, 1))]),
    together: [
      up.map((n) => stop(n, `${why || "another cluster"} can only change while corosync is stopped on both nodes`)),
      write,
      // One that an earlier run has stopped already is started with the others: they wait for it.
      names.map((n) => (up.includes(n) ? again(n, of(n)) : start(n, of(n)))),
      waits,
    ],
  }[change];
  const restarting = restarts.length > 0;
  const begin = restarting && serving && !held ? [hold(first, `${why} changes, ${CLASS[change]}`)] : [];
  const end = (restarting && serving) || held ? [release(first)] : [];
  // Before a node is started again: one that is encrypted otherwise than its peer would not be heard.
  const reloads =
    (change !== "together" && keys.some((k) => classify([k]) === "reload")) ||
    (change === "none" && unread.length > 0 && up.length > 0)
      ? [
          reload(
            first,
            why ? `${why} changed: all nodes reload` : "all nodes read their files again, and find what they run with",
          ),
        ]
      : [];
  const startable = names.filter((n) => {
    const u = of(n).units;
    return change !== "together" && (!u.corosync || !u.pacemaker || !u.enabled);
  });
  const started = startable.map((n) => start(n, of(n)));
  const late = started.length > 0 || change === "rolling" || names.some((n) => !complete(spec, of(n))) ? waits : [];
  const third = spec.device;
  const given = third ? [] : up.filter((n) => hasDevice(spec, of(n))).map(deviceOff);
  const other = keys.some((k) => k.startsWith("quorum.device."));
  const taken = third
    ? names
        .filter((n) => other || restarting || !of(n).device?.running)
        .map((n) => deviceOn(n, other ? "the third vote is configured otherwise" : "corosync-qdevice does not run"))
    : [];
  const answers = third
    ? names
        .filter((n) => taken.some((t) => t.node === n) || !of(n).device?.connected)
        .map((n) => deviceAnswers(n, third.host))
    : [];
  return planOf(
    [
      begin,
      given,
      ...(change === "together" ? [] : [write]),
      reloads,
      // One that is down, by an interrupted run or by hand, comes back before the next one goes: never both at once.
      started,
      started.length > 0 && change === "rolling" ? names.map((by) => await_(spec, by, 1)) : [],
      ...restarts,
      late,
      taken,
      answers,
      change === "together" ? [] : unread.filter((n) => reloads.length > 0 || of(n).pending).map(forgetPending),
      end,
    ],
    "both nodes are online, every link is connected",
  );
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
        command: {
          script: lines(
            sh`systemctl disable --quiet pacemaker corosync`,
            // It would start Corosync, as what it needs. Where a deployment was interrupted it may not be installed.
            ...(spec.device ? [sh`systemctl disable --quiet corosync-qdevice 2>/dev/null || true`] : []),
          ),
        },
      },
      purge(n, "the cluster's state goes with it"),
      { node: n, reason: "remove configuration and key", command: { script: sh`rm -f ${CONF_PATH} ${KEY_PATH}` } },
    ]);
  return planOf([up.map((n) => stop(n, "the cluster ends on both nodes at once")), clean], "nothing is there");
}

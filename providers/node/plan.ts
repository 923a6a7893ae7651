import { os } from "../os";
import { sh } from "../remote";
import type { Command } from "../remote";
import type { Danger, Plan, Step } from "../step";
import { plan as planOf } from "../step";
import { readBlock, withBlock, withoutBlock } from "./block";
import { dissolve } from "./identity";
import { awaitInstall, dropPolicy, INSTALL_UNIT, startInstall } from "./install";
import { chronyPath, HOSTS, KEYRING, NO_CLUSTER, RECORD, REPOSITORY } from "./paths";
import { givenBack, held, mayStart, startFile } from "./packaged";
import { writePgpass } from "./pgpass";
import { chronyText, unit, wantedPackages } from "./read";
import type { NodeSeen, OneSeen } from "./read";
import { found, parseRecord, renderRecord } from "./record";
import {
  chronyFile,
  CREATE_NO_CLUSTER,
  hostsFile,
  loopbackLines,
  resolves,
  renderChrony,
  renderRepository,
} from "./render";
import type { NodeSpec } from "./spec";
import { awaitSynchronised } from "./time";

interface Todo {
  readonly reason: string;
  readonly command: Command;
  readonly danger?: Danger;
  /** It changes nothing. */
  readonly waits?: true;
}

const write = (path: string, text: string): Command => ({
  script: sh`f=${path}; mkdir -p "$(dirname "$f")"; cat >"$f.qvd-ha"; chmod 644 "$f.qvd-ha"; mv "$f.qvd-ha" "$f"`,
  stdin: text,
});

const drop = (paths: readonly string[]): Command => ({ script: sh`rm -f ${paths}` });

/** What no step can put right: said at once, before anything is touched. */
function misfit(spec: NodeSpec, { machine }: OneSeen): string | undefined {
  if (machine.os !== spec.os) return `the machine runs ${machine.title}, the configuration says ${os(spec.os).title}`;
  if (machine.hostName !== spec.name)
    return `the machine's host name is "${machine.hostName}", the configuration says "${spec.name}": DRBD and Pacemaker know a node by its host name, so set one to the other`;
  return undefined;
}

/** Before the first change of ours, and not before: a machine that is as wanted is left as it is. */
function record(seen: OneSeen, spec: NodeSpec, changes: readonly Todo[]): Todo[] {
  if (seen.files[RECORD] !== undefined || changes.every((c) => c.waits)) return [];
  const text = renderRecord(found(seen.units, loopbackLines(seen.files[HOSTS] ?? "", spec.name)));
  return [{ reason: "note how the machine was found", command: write(RECORD, text) }];
}

function repository(seen: OneSeen, spec: NodeSpec): Todo[] {
  const file = (path: string, text: string | undefined, what: string): Todo[] =>
    seen.files[path] === text
      ? []
      : text === undefined
        ? [{ reason: `remove ${what}`, command: drop([path]) }]
        : [{ reason: `set ${what}`, command: write(path, text) }];
  return [
    ...file(KEYRING, spec.repository?.keyring, "the key of the package repository"),
    ...file(REPOSITORY, spec.repository && renderRepository(spec.repository), "the package repository"),
  ];
}

const missing = (seen: OneSeen, spec: NodeSpec): string[] =>
  wantedPackages(spec).filter((name) => !seen.packages.includes(name));

/** A server that is installed already has made its cluster or not; only one that is still to come is to be held back. */
const createsCluster = (seen: OneSeen, installing: readonly string[]): boolean =>
  seen.files[NO_CLUSTER] === undefined
    ? installing.some((name) => name.startsWith("postgresql"))
    : seen.files[NO_CLUSTER] !== CREATE_NO_CLUSTER;

/** Started first and awaited later, so that what needs no package is done meanwhile. */
function startPackages(seen: OneSeen, spec: NodeSpec): Todo[] {
  const family = os(spec.os);
  const names = missing(seen, spec);
  const running = unit(seen, INSTALL_UNIT).active;
  return [
    ...(family.postgres.packagedCluster && createsCluster(seen, names)
      ? [
          {
            reason: "let the PostgreSQL package make no database cluster of its own",
            command: write(NO_CLUSTER, CREATE_NO_CLUSTER),
          },
        ]
      : []),
    ...(names.length > 0
      ? [{ reason: `install ${names.join(", ")}`, command: startInstall(family, names) }]
      : seen.policyLeft && !running
        ? [{ reason: "remove what an interrupted installation left behind", command: dropPolicy }]
        : []),
  ];
}

const awaitPackages = (seen: OneSeen, spec: NodeSpec): Todo[] =>
  missing(seen, spec).length > 0 || unit(seen, INSTALL_UNIT).active
    ? [{ reason: "wait for the packages", command: awaitInstall, waits: true }]
    : [];

function names(seen: OneSeen, spec: NodeSpec): Todo[] {
  const text = seen.files[HOSTS] ?? "";
  const wanted = hostsFile(text, spec);
  return text === wanted || (readBlock(text) === undefined && resolves(text, spec))
    ? []
    : [{ reason: "write the cluster's names into /etc/hosts", command: write(HOSTS, wanted) }];
}

const pgpass = (seen: OneSeen, spec: NodeSpec): Todo[] =>
  seen.pgpass === (spec.pgpass ? "same" : "absent")
    ? []
    : [
        {
          reason: spec.pgpass ? "write root's .pgpass" : "take our entry out of root's .pgpass",
          command: writePgpass(spec),
        },
      ];

function identity(seen: OneSeen, spec: NodeSpec): Todo[] {
  const family = os(spec.os);
  const { packaged, leftovers } = seen.identity;
  const states = [unit(seen, family.units.corosync), unit(seen, family.units.pacemaker)];
  return packaged && (leftovers || states.some((u) => u.enabled || u.active))
    ? [
        {
          reason: "dissolve the one-node cluster that the packages started at install",
          command: dissolve(family),
        },
      ]
    : [];
}

/** What Pacemaker is to start must not start by itself. What serves now is left running, and does not come back after a boot. */
function units(seen: OneSeen, spec: NodeSpec): Todo[] {
  const family = os(spec.os);
  const enabled = spec.unitsOff.filter((name) => unit(seen, name).enabled);
  const cluster = unit(seen, family.units.pacemaker).active && !seen.identity.packaged;
  const running = [...new Set([...spec.unitsOff, ...family.units.postgresql])].filter((name) => {
    if (!unit(seen, name).active) return false;
    return family.units.drbd.includes(name) ? !cluster && !seen.drbdInUse : true;
  });
  const mask = family.units.masked.filter((name) => unit(seen, name).exists && !unit(seen, name).masked);
  return [
    ...(enabled.length > 0
      ? [
          {
            reason: `let ${enabled.join(", ")} no longer start at boot, as Pacemaker does it`,
            command: { script: sh`systemctl disable ${enabled} 2>/dev/null` },
          },
        ]
      : []),
    ...(mayStart(seen.files, spec)
      ? [
          {
            reason: "let the packages' own database cluster never start, as an update of the packages would start it",
            command: write(startFile(spec) as string, held(seen.files, spec)),
          },
        ]
      : []),
    ...(running.length > 0
      ? [
          {
            reason: `stop ${running.join(", ")}, which runs beside the cluster`,
            command: { script: sh`systemctl stop ${running}`, timeoutSeconds: 600 },
            danger: "stops" as const,
          },
        ]
      : []),
    ...(mask.length > 0
      ? [
          {
            reason: `mask ${mask.join(", ")}, which would take DRBD down under Pacemaker`,
            command: { script: sh`systemctl mask ${mask} 2>/dev/null` },
          },
        ]
      : []),
  ];
}

const timeZone = (seen: OneSeen, spec: NodeSpec): Todo[] =>
  seen.machine.timeZone === spec.timeZone
    ? []
    : [
        {
          reason: `set the time zone to ${spec.timeZone}`,
          command: {
            script: sh`z=${`/usr/share/zoneinfo/${spec.timeZone}`}
[ -e "$z" ] || { echo "there is no time zone "${spec.timeZone} >&2; exit 1; }
ln -sfn "$z" /etc/localtime
if [ -e /etc/timezone ]; then echo ${spec.timeZone} >/etc/timezone; fi`,
          },
        },
      ];

/** Our settings for chrony as a whole file, whether it is ours alone or a block in the package's. */
function chronyWrite(seen: OneSeen, spec: NodeSpec): Command | undefined {
  const family = os(spec.os);
  const path = chronyPath(family);
  const { servers } = spec.time;
  if (chronyText(spec, seen) === undefined && servers.every((s) => seen.timeSources.includes(s))) return undefined;
  if (family.chrony.confDir !== undefined)
    return seen.files[path] === chronyFile(servers) ? undefined : write(path, chronyFile(servers));
  if (chronyText(spec, seen) === renderChrony(servers)) return undefined;
  return write(path, withBlock(seen.files[path] ?? "", renderChrony(servers).trimEnd().split("\n")));
}

/** A block of ours goes into the package's own file, which is there when the package is: the next look has it. */
const tooEarly = (seen: OneSeen, spec: NodeSpec): boolean =>
  os(spec.os).chrony.confDir === undefined && missing(seen, spec).includes("chrony");

function time(seen: OneSeen, spec: NodeSpec): Todo[] {
  if (tooEarly(seen, spec)) return [];
  const name = os(spec.os).units.chrony;
  const state = unit(seen, name);
  const writing = spec.time.servers.length > 0 ? chronyWrite(seen, spec) : undefined;
  const set = spec.time.servers.length > 0 && (writing !== undefined || !state.enabled || !state.active);
  return [
    ...(writing ? [{ reason: `take the time from ${spec.time.servers.join(", ")}`, command: writing }] : []),
    ...(set
      ? [
          {
            reason: "start the clock's synchronisation",
            command: { script: sh`systemctl enable ${name} 2>/dev/null; systemctl restart ${name}` },
          },
        ]
      : []),
    ...(spec.time.exception === undefined && (set || !seen.synchronised)
      ? [
          {
            reason: "wait until the clock is synchronised",
            command: awaitSynchronised(spec.time.timeoutSeconds),
            waits: true as const,
          },
        ]
      : []),
  ];
}

const steps = (node: string, todo: readonly Todo[]): Step[] => todo.map((t) => ({ node, ...t }));

export function plan(wanted: NodeSpec, all: NodeSeen): Plan {
  const seen = all[wanted.name] as OneSeen;
  const wrong = misfit(wanted, seen);
  if (wrong !== undefined)
    return planOf([
      steps(wanted.name, [{ reason: "check the machine", command: { script: sh`echo ${wrong} >&2; exit 1` } }]),
    ]);
  const changes = [repository, startPackages, names, pgpass, identity, units, awaitPackages, timeZone, time].flatMap(
    (part) => part(seen, wanted),
  );
  const todo = [...record(seen, wanted, changes), ...changes];
  return planOf([steps(wanted.name, todo)], "the machine is prepared");
}

/** Packages stay, and so does the packages' own one-node cluster stay dissolved: nobody wanted it. */
export function remove(spec: NodeSpec, all: NodeSeen): Plan {
  const seen = all[spec.name] as OneSeen;
  const family = os(spec.os);
  const before = seen.files[RECORD] === undefined ? { enabled: [], hosts: [] } : parseRecord(seen.files[RECORD]);
  const hosts = seen.files[HOSTS] ?? "";
  const given = before.hosts.filter((line) => !hosts.includes(line));
  const cleanHosts = given.map((line) => `${line}\n`).join("") + withoutBlock(hosts);
  const path = chronyPath(family);
  const chrony =
    chronyText(spec, seen) === undefined
      ? undefined
      : family.chrony.confDir === undefined
        ? write(path, withoutBlock(seen.files[path] ?? ""))
        : drop([path]);
  const masked = family.units.masked.filter((name) => unit(seen, name).masked);
  const enable = spec.unitsOff.filter((name) => before.enabled.includes(name) && !unit(seen, name).enabled);
  const start = givenBack(seen.files, spec);
  const files = [REPOSITORY, KEYRING, NO_CLUSTER, RECORD].filter((file) => seen.files[file] !== undefined);
  const todo: Todo[] = [
    ...(cleanHosts === hosts
      ? []
      : [{ reason: "take the cluster's names out of /etc/hosts", command: write(HOSTS, cleanHosts) }]),
    ...pgpass(seen, { ...spec, pgpass: undefined }),
    ...(chrony ? [{ reason: "take our settings out of chrony", command: chrony }] : []),
    ...(chrony && unit(seen, family.units.chrony).active
      ? [{ reason: "let chrony forget them", command: { script: sh`systemctl restart ${family.units.chrony}` } }]
      : []),
    ...(masked.length > 0
      ? [{ reason: `unmask ${masked.join(", ")}`, command: { script: sh`systemctl unmask ${masked} 2>/dev/null` } }]
      : []),
    ...(enable.length > 0
      ? [
          {
            reason: `let ${enable.join(", ")} start at boot again, as found`,
            command: { script: sh`systemctl enable ${enable} 2>/dev/null` },
          },
        ]
      : []),
    ...(start === undefined
      ? []
      : [
          {
            reason: "let the packages' own database cluster start as found",
            command: write(startFile(spec) as string, start),
          },
        ]),
    ...(seen.policyLeft
      ? [{ reason: "remove what an interrupted installation left behind", command: dropPolicy }]
      : []),
    // The record last: interrupted before, the next removal still knows what to give back.
    ...(files.length > 0
      ? [{ reason: "remove what was written for the installation of packages", command: drop(files) }]
      : []),
  ];
  return planOf([steps(spec.name, todo)], "nothing of ours is there");
}

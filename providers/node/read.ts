import type { Fact, Seen } from "../fact";
import { os } from "../os";
import type { OsName } from "../os";
import { sh } from "../remote";
import { readBlock } from "./block";
import { identityFact } from "./identity";
import { INSTALL_UNIT, POLICY, POLICY_MARK } from "./install";
import { chronyPath, HOSTS, KEYRING, NO_CLUSTER, RECORD, REPOSITORY } from "./paths";
import { mayStart, startFile } from "./packaged";
import { pgpassFact, pgpassFieldsFact } from "./pgpass";
import type { PgpassFound } from "./pgpass";
import { foundHosts, parseChrony, parseHosts, parseRepository, resolves } from "./render";
import type { NodeSpec } from "./spec";
import { synchronisedFact, timeSourcesFact } from "./time";
import { unitsFact } from "./units";
import type { UnitState } from "./units";

export interface Machine {
  /** Undefined for a system that is in no table. */
  readonly os: OsName | undefined;
  /** As it calls itself, for messages. */
  readonly title: string;
  readonly hostName: string;
  readonly timeZone: string;
}

const IDS: Readonly<Record<string, OsName>> = {
  "debian 12": "debian12",
  "debian 13": "debian13",
  "ubuntu 24.04": "ubuntu2404",
  "rhel 9": "rhel9",
  "rocky 9": "rhel9",
  "almalinux 9": "rhel9",
  "sles 15": "sles15",
};

export function parseMachine(text: string): Machine {
  const [id = "", version = "", title = "", hostName = "", zone = ""] = text.split("\n");
  const major = id === "ubuntu" ? version : version.split(".", 1)[0];
  const name = zone.replace(/^.*\/zoneinfo\//, "");
  // One zone with several names, and the one that a machine without a setting has.
  const timeZone = ["", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal"].includes(name) ? "UTC" : name;
  return { os: IDS[`${id} ${major}`], title, hostName, timeZone };
}

export const machineFact: Fact<Machine> = {
  command: {
    script: sh`. /etc/os-release
printf '%s\n%s\n%s\n' "$ID" "$VERSION_ID" "$PRETTY_NAME"
uname -n
readlink /etc/localtime || true`,
  },
  parse: ({ stdout }) => parseMachine(stdout),
};

/** Several small files at once; those that are not there are left out. */
const filesFact = (paths: readonly string[]): Fact<Readonly<Record<string, string>>> => ({
  command: {
    script: sh`for f in ${paths}; do if [ -f "$f" ]; then printf '\001%s\n' "$f"; cat "$f"; fi; done`,
  },
  parse: ({ stdout }) =>
    Object.fromEntries(
      stdout
        .split("\u0001")
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]),
    ),
});

export const wantedPackages = (spec: NodeSpec): string[] => [
  ...new Set([...os(spec.os).packages.base, ...spec.packages]),
];

/** Those that are there, completely installed. */
const packagesFact = (spec: NodeSpec): Fact<string[]> => {
  const names = wantedPackages(spec);
  return {
    command: {
      script:
        os(spec.os).packages.manager === "apt"
          ? sh`dpkg-query -W -f ${"${db:Status-Status} ${Package}\\n"} ${names} 2>/dev/null || true`
          : sh`rpm -q --queryformat ${"installed %{NAME}\\n"} ${names} 2>/dev/null || true`,
    },
    parse: ({ stdout }) => [...stdout.matchAll(/^installed (\S+)$/gm)].map((m) => m[1] as string),
  };
};

/** Whether DRBD serves somebody right now: then nothing may take it down. */
const drbdInUse: Fact<boolean> = {
  command: {
    script: sh`grep -qs 'ro:Primary' /proc/drbd && echo yes || drbdsetup status 2>/dev/null | grep -q 'role:Primary' && echo yes || true`,
  },
  parse: ({ stdout }) => stdout.trim() === "yes",
};

export const unitNames = (spec: NodeSpec): string[] => {
  const { units } = os(spec.os);
  const names = [...spec.unitsOff, ...units.postgresql, ...units.drbd, ...units.masked];
  return [...new Set([...names, units.corosync, units.pacemaker, units.chrony, INSTALL_UNIT])];
};

export const facts = (
  spec: NodeSpec,
): {
  machine: Fact<Machine>;
  files: Fact<Readonly<Record<string, string>>>;
  packages: Fact<string[]>;
  pgpass: ReturnType<typeof pgpassFact>;
  pgpassFields: Fact<PgpassFound | undefined>;
  units: Fact<UnitState[]>;
  identity: ReturnType<typeof identityFact>;
  policyLeft: Fact<boolean>;
  drbdInUse: Fact<boolean>;
  synchronised: Fact<boolean>;
  timeSources: Fact<string[]>;
} => ({
  machine: machineFact,
  files: filesFact([
    ...[HOSTS, RECORD, REPOSITORY, KEYRING, NO_CLUSTER, chronyPath(os(spec.os))],
    ...[startFile(spec)].filter((f) => f !== undefined),
  ]),
  packages: packagesFact(spec),
  pgpass: pgpassFact(spec),
  pgpassFields: pgpassFieldsFact(spec),
  units: unitsFact(unitNames(spec)),
  identity: identityFact(os(spec.os)),
  policyLeft: {
    command: { script: sh`if grep -qsxF ${POLICY_MARK} ${POLICY}; then echo yes; fi` },
    parse: ({ stdout }) => stdout.trim() === "yes",
  },
  drbdInUse,
  synchronised: synchronisedFact,
  timeSources: timeSourcesFact(os(spec.os)),
});

export type OneSeen = Seen<ReturnType<typeof facts>>;
export type NodeSeen = Readonly<Record<string, OneSeen>>;

export const unit = (seen: OneSeen, name: string): UnitState =>
  seen.units.find((u) => u.name === name) ?? { name, exists: false, enabled: false, masked: false, active: false };

/** The text of ours in chrony's configuration; undefined where there is none. */
export function chronyText(spec: NodeSpec, seen: OneSeen): string | undefined {
  const family = os(spec.os);
  const text = seen.files[chronyPath(family)];
  if (text === undefined || family.chrony.confDir !== undefined) return text;
  const block = readBlock(text);
  return block && `${block.join("\n")}\n`;
}

/** Stands for a password that is not the known one. */
const OTHER_PASSWORD = "(another password)";

function pgpassOf(known: NodeSpec, { pgpass, pgpassFields: found }: OneSeen): Pick<NodeSpec, "pgpass"> {
  if (known.pgpass && pgpass === "same") return { pgpass: known.pgpass };
  if (!found) return {};
  const password = known.pgpass && found.samePassword ? known.pgpass.password : OTHER_PASSWORD;
  return { pgpass: { ...found.entry, password } };
}

export function live(known: NodeSpec, all: NodeSeen): NodeSpec | undefined {
  const seen = all[known.name];
  if (!seen) return undefined;
  const hostsText = seen.files[HOSTS] ?? "";
  const hosts = readBlock(hostsText);
  const chrony = chronyText(known, seen);
  const ours = hosts !== undefined || chrony !== undefined || seen.files[RECORD] !== undefined;
  if (!ours && !resolves(hostsText, known)) return undefined;
  const servers =
    chrony === undefined ? known.time.servers.filter((s) => seen.timeSources.includes(s)) : parseChrony(chrony);
  const lines = parseRepository(seen.files[REPOSITORY] ?? "");
  const keyring = seen.files[KEYRING];
  const { repository: _r, pgpass: _p, ...rest } = known;
  return {
    ...rest,
    os: seen.machine.os ?? known.os,
    hosts: hosts === undefined ? foundHosts(hostsText, known.hosts) : parseHosts(hosts),
    timeZone: seen.machine.timeZone,
    time: { ...known.time, servers },
    packages: known.packages.filter((name) => seen.packages.includes(name)),
    ...(lines.length === 0 ? {} : { repository: { lines, ...(keyring?.startsWith("-----BEGIN") ? { keyring } : {}) } }),
    unitsOff: known.unitsOff.filter(
      (name) =>
        !unit(seen, name).enabled && !(name === os(known.os).units.postgresql[0] && mayStart(seen.files, known)),
    ),
    ...pgpassOf(known, seen),
  };
}

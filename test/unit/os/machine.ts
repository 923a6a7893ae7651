import { Secret } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import type { Step } from "../../../providers/step";
import { os } from "../../../providers/os";
import type { OsName } from "../../../providers/os";
import { agentParams } from "../../../providers/postgres/agent";
import { plan, remove } from "../../../providers/node/plan";
import { facts, unitNames, wantedPackages } from "../../../providers/node/read";
import type { OneSeen } from "../../../providers/node/read";
import { renderRecord } from "../../../providers/node/record";
import { chronyPath } from "../../../providers/node/paths";
import type { NodeSpec } from "../../../providers/node/spec";
import { spec as postgresSpec } from "../postgres/base";
import { spec as nodeSpec } from "../node/samples";

/** What is recorded of a system: see systems.json. */
export interface System {
  readonly os: OsName;
  readonly title: string;
  /** /etc/os-release as its maker publishes it. */
  readonly osRelease: string;
  readonly pretty: string;
  /** The packaged configuration of chrony, without its comments and its makers' time servers. */
  readonly chrony: string;
}

const HOSTS = "127.0.0.1 localhost\n";

/** Everything that a stack may need of packages beside the base. */
export const everything = (name: OsName): string[] => {
  const { externalLibvirt, fencing, qdevice, mail, maintenance } = os(name).packages;
  return [
    ...new Set([
      ...externalLibvirt,
      ...Object.values(fencing).flat(),
      ...qdevice,
      ...mail,
      ...Object.values(maintenance).flat(),
    ]),
  ];
};

export const spec = (name: OsName): NodeSpec => nodeSpec({ os: name, packages: everything(name) });

/** A machine right after its installation; with `installed`, when our packages are there, as packages leave their units. */
function seen(system: System, wanted: NodeSpec, installed: boolean): OneSeen {
  const family = os(system.os);
  const starts = [family.units.chrony, ...family.units.postgresql];
  return {
    machine: { os: system.os, title: system.pretty, hostName: "qvddb1", timeZone: "Europe/Madrid" },
    files: { "/etc/hosts": HOSTS, ...(installed ? { [family.chrony.config]: system.chrony } : {}) },
    packages: installed ? wantedPackages(wanted) : [],
    pgpass: "absent",
    pgpassFields: undefined,
    units: unitNames(wanted).map((unit) => ({
      name: unit,
      exists: installed && unit !== "qvd-ha-packages.service",
      enabled: installed && starts.includes(unit),
      masked: false,
      active: installed && unit === family.units.chrony,
    })),
    identity: { packaged: false, leftovers: false },
    policyLeft: false,
    drbdInUse: false,
    timeSources: [],
    synchronised: false,
  };
}

/** As the machine is when all is done: what the removal starts from. */
function prepared(system: System, wanted: NodeSpec): OneSeen {
  const found = seen(system, wanted, true);
  const written = steps(plan(wanted, { qvddb1: found })).flatMap((s): [string, string][] => {
    const path = /^f=(\S+); mkdir/.exec(s.command.script.text)?.[1]?.replace(/'/g, "");
    return path !== undefined && typeof s.command.stdin === "string" ? [[path, s.command.stdin]] : [];
  });
  const record = renderRecord({ enabled: os(system.os).units.postgresql.slice(0, 1), hosts: [] });
  return {
    ...found,
    pgpass: "same",
    files: {
      ...found.files,
      ...(Object.fromEntries(written) as Record<string, string>),
      "/var/lib/qvd-ha/node.json": record,
    },
    units: found.units.map((u) => ({
      ...u,
      enabled: u.name === os(system.os).units.chrony,
      masked: os(system.os).units.masked.includes(u.name),
    })),
  };
}

const indented = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .map((l) => `    ${l}`.trimEnd())
    .join("\n");

function told({ reason, command }: Step): string {
  const given = command.stdin instanceof Secret ? "(secret)" : (command.stdin ?? "");
  return [`* ${reason}`, indented(command.script.text), ...(given ? ["  input:", indented(given)] : [])].join("\n");
}

/** All that is asked of, done to and taken back from a machine of this system, and where the cluster finds things on it, as one text. */
export function describeSystem(system: System): string {
  const wanted = spec(system.os);
  const family = os(system.os);
  const at = (s: OneSeen): { qvddb1: OneSeen } => ({ qvddb1: s });
  const part = (title: string, body: string): string => `== ${title}\n${body}\n`;
  const run = (list: readonly Step[]): string => list.map(told).join("\n");
  const { binDir, psql, user } = family.postgres;
  const agent = agentParams({ ...postgresSpec(), binDir, psql, osUser: user });
  return [
    part(
      "what is asked",
      [facts(wanted).packages, facts(wanted).identity].map((f) => indented(f.command.script.text)).join("\n"),
    ),
    part("a machine as installed", run(steps(plan(wanted, at(seen(system, wanted, false)))))),
    part("when the packages are there", run(steps(plan(wanted, at(seen(system, wanted, true)))))),
    part("given back", run(steps(remove(wanted, at(prepared(system, wanted)))))),
    part("chrony's settings", `    ${chronyPath(family)}`),
    part("sbd's settings", `    ${family.sbdConfig}`),
    part("fence agents", indented(family.fenceAgents.join("\n"))),
    part(
      "the server's agent",
      indented(
        Object.entries(agent)
          .map(([k, v]) => `${k}=${v}`)
          .join("\n"),
      ),
    ),
  ].join("\n");
}

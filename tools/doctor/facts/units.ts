import type { Fact } from "@qvd-ha/providers/dist/fact";
import type { UnitState } from "@qvd-ha/providers/dist/node/units";
import { parseUnits } from "@qvd-ha/providers/dist/node/units";
import { OS_NAMES, os } from "@qvd-ha/providers/dist/os";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface Unit extends UnitState {
  /** Since when it is in its state, as systemd prints it; undefined where it never changed since the boot. */
  readonly since?: string;
  /** How it ended: `success`, `exit-code`, `signal`… */
  readonly result: string;
}

export interface Units {
  /** What the cluster stands on: has to run, and to start at boot. */
  readonly needed: readonly Unit[];
  /** What starts beside the cluster what is the cluster's alone: must not start at boot. */
  readonly forbidden: readonly Unit[];
}

const families = OS_NAMES.map((name) => os(name).units);
const CHRONY = [...new Set(families.map((u) => u.chrony))];
const NEEDED = [...new Set([...families.flatMap((u) => [u.corosync, u.pacemaker]), ...CHRONY])];
const FORBIDDEN = [...new Set(families.flatMap((u) => [...u.postgresql, ...u.drbd, ...u.masked]))];

/** In the order in which they are asked for. */
export const unitNames: readonly string[] = [...NEEDED, ...FORBIDDEN];

/** Of every system's names those count that are there. */
export const unitsFact: Fact<Units> = {
  command: {
    script: sh`systemctl show -p LoadState,UnitFileState,ActiveState,Result,StateChangeTimestamp ${unitNames}`,
    timeoutSeconds: 20,
  },
  parse: ({ stdout }) => {
    const paragraphs = stdout.trim().split(/\n\n+/);
    const units = parseUnits(unitNames, stdout).map((u, i): Unit => {
      const value = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(paragraphs[i] ?? "")?.[1] ?? "";
      const since = value("StateChangeTimestamp");
      return { ...u, result: value("Result"), ...(since ? { since } : {}) };
    });
    const found = units.filter((u) => u.exists);
    return {
      needed: found.filter((u) => NEEDED.includes(u.name)),
      forbidden: found.filter((u) => FORBIDDEN.includes(u.name)),
    };
  },
};

export const isClock = (u: Unit): boolean => CHRONY.includes(u.name);

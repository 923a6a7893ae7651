import type { Disk } from "./disk";
import { FRESH, lastingPath } from "./disk";
import type { AllSeen } from "./read";
import { dialectOf, onlyDisk } from "./read";
import type { Dialect, Spec } from "./spec";
import { nodeNames } from "./spec";

/** What the nodes allow, decided before anything is touched. */
export interface Verdict {
  /** Everything that forbids to go on, one line each. */
  readonly refusals: readonly string[];
  readonly dialect: Dialect;
  /** Nodes whose disk gets metadata. */
  readonly create: readonly string[];
  /** Nodes whose disk is wiped before, as the spec's `overwrite` says. */
  readonly wipe: readonly string[];
  /** No disk ever had data: the first copy is to be declared or made. */
  readonly bothFresh: boolean;
  /** Both disks are zero wherever it was looked. */
  readonly bothZero: boolean;
}

export const isFresh = (disk: Disk | undefined): boolean => !disk?.metadata || disk.metadata.currentUuid === FRESH;

const FORMAT: Readonly<Record<Dialect, string>> = { "8.4": "v08", "9": "v09" };

const found = (disk: Disk): string =>
  disk.signatures
    .filter((s) => s.type !== "drbd")
    .map((s) => `${s.type} at byte ${s.offset}`)
    .join(", ");

/** Content that metadata or a file system would be written over. `expected`: this disk already carries DRBD's data. */
function content(disk: Disk, format: string, fresh: boolean): string[] {
  const all: string[] = [];
  const drbd = disk.signatures.some((s) => s.type === "drbd");
  if (drbd && !disk.metadata) all.push("has DRBD's metadata, but it cannot be read");
  const other = disk.metadata && disk.metadata.format !== "attached" && disk.metadata.format !== format;
  if (other) all.push(`has DRBD's metadata of format ${disk.metadata?.format}, while this module writes ${format}`);
  const foreign = disk.signatures.filter((s) => s.type !== "drbd" && (fresh || s.type !== "xfs" || s.offset !== 0));
  if (foreign.length > 0) all.push(`holds ${found(disk)}`);
  if (disk.partitions.length > 0) all.push(`has partitions ${disk.partitions.join(", ")}`);
  return all;
}

/** Judges both nodes at once. Pure; throws nothing, so that every refusal is named. */
export function inspect(spec: Spec, seen: AllSeen): Verdict {
  const refusals: string[] = [];
  const names = nodeNames(spec);
  const disks = Object.fromEntries(names.map((n) => [n, onlyDisk(seen[n])]));
  const dialects = names.map((n) => dialectOf(seen[n]?.software.module ?? ""));
  const dialect = spec.dialect ?? dialects.find((d) => d !== undefined) ?? "8.4";
  const bothFresh = names.every((n) => isFresh(disks[n]));
  const create: string[] = [];
  const wipe: string[] = [];

  names.forEach((n, i) => {
    const s = seen[n];
    const want = spec.nodes[n]?.disk;
    if (!s || !want) return;
    const say = (what: string, rule: string, fix: string): void => {
      const at = disks[n] ? ` (${disks[n]?.path}, ${disks[n]?.size} bytes)` : "";
      refusals.push(`${n}: disk ${want.serial}${at}: ${what}. ${rule}. Fix: ${fix}.`);
    };
    if (s.software.utils === "") refusals.push(`${n}: drbdadm is missing. Fix: install the package drbd-utils.`);
    if (dialects[i] === undefined)
      refusals.push(`${n}: the kernel has no DRBD module 8.4 or 9 (found: "${s.software.module}"). Fix: install it.`);
    else if (dialects[i] !== dialect)
      refusals.push(
        `${n}: the module is DRBD ${s.software.module}, the configuration is for ${dialect}. Fix: the same on both nodes, and dialect left out or equal.`,
      );

    const disk = disks[n];
    if (!disk) {
      const many = s.disks.found.map((d) => d.path).join(", ");
      const have = s.disks.serials.length > 0 ? s.disks.serials.join(", ") : "none has one";
      if (many)
        say(
          `several disks have it: ${many}`,
          "a disk is written to only where its serial names it alone",
          "use another disk or take the double away",
        );
      else
        say(
          `no disk has this serial; there are: ${have}`,
          "a disk is known by its serial only",
          "correct the serial or attach the disk",
        );
      return;
    }
    if (!lastingPath(disk, want.serial))
      say(
        "has no name under /dev/disk/by-id with its serial",
        "the configuration needs a name that lasts",
        "let udev make it",
      );
    if (disk.readOnly) say("is read-only", "DRBD writes to it", "make it writable");
    if (want.sizeBytes !== undefined && disk.size !== want.sizeBytes)
      say(`has ${disk.size} bytes instead of ${want.sizeBytes}`, "sizeBytes is exact", "correct sizeBytes or the disk");
    if (want.minimumBytes !== undefined && disk.size < want.minimumBytes)
      say(
        `has ${disk.size} bytes, at least ${want.minimumBytes} are wanted`,
        "minimumBytes is the least",
        disk.metadata ? "grow the volume while it is in use (make grow-volume), then repeat" : "use a larger disk",
      );
    const up = s.state !== undefined && s.state.disk !== "Diskless";
    if (!up && disk.uses.length > 0)
      say(
        `is in use: ${disk.uses.join("; ")}`,
        "a disk in use is never written to",
        "release it, or name another disk",
      );

    const format = FORMAT[dialect];
    const contents = content(disk, format, !disk.metadata || bothFresh);
    const bare = !disk.metadata || contents.length > 0;
    const consent = spec.overwrite.includes(want.serial);
    // What the module holds or the cluster has is never wiped: the consent was left in the configuration, and the disk has our data now.
    const mayWipe = consent && !up && !s.cluster.managed;
    const consentFix = `use another disk, or set overwrite: ["${want.serial}"], which destroys all that is on it`;
    if (contents.length > 0) {
      if (mayWipe) wipe.push(n);
      else contents.forEach((c) => say(c, "only a blank disk is made part of the mirror", consentFix));
    } else if (bare || bothFresh) {
      const z = disk.zeros ?? { kind: "untested", reason: "no test was made" };
      if (z.kind === "data" && !consent)
        say(`has data at byte ${z.offset}, without any signature`, "only a disk of zeros counts as blank", consentFix);
      if (z.kind === "untested" && !consent)
        say(`could not be tested: ${z.reason}`, "only a disk of zeros counts as blank", consentFix);
      if (z.kind !== "zero" && mayWipe && !disk.metadata) wipe.push(n);
    }
    if (disk.metadata && !isFresh(disk) && contents.length === 0 && disk.zeros?.kind === "data" && !consent)
      say("carries data without a file system", "a file system is made on a blank resource only", consentFix);
    if (bare) create.push(n);
    for (const peer of names) {
      const size = disks[peer]?.size ?? 0;
      if (bare && peer !== n && disk.size < size)
        say(
          `has ${disk.size} bytes, its peer ${spec.nodes[peer]?.disk.serial} on ${peer} has ${size}`,
          "a disk may not be smaller than its peer",
          "use disks of one size",
        );
    }
  });
  const bothZero = names.every((n) => disks[n]?.zeros?.kind === "zero");
  return { refusals, dialect, create, wipe, bothFresh, bothZero };
}

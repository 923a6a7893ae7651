import type { Fact, Seen } from "../fact";
import { overlay } from "../overlay";
import { lines, Secret, sh } from "../remote";
import { diskFact, FRESH, lastingPath } from "./disk";
import type { Disk, Disks } from "./disk";
import type { Foreign } from "./foreign";
import { parseDump, parseForeign } from "./foreign";
import { GLOBAL_PATH, HEADER, parseResource, resourcePath } from "./render";
import type { Running } from "./running";
import { runningFact } from "./running";
import { MASK, unmask } from "./mask";
import type { Dialect, DiskSpec, Spec } from "./spec";
import { deviceOf, nodeIdOf, nodeNames } from "./spec";
import type { State } from "./state";
import { stateFact } from "./state";

export interface Software {
  readonly loaded: boolean;
  /** Version of the kernel module; empty where there is none. */
  readonly module: string;
  /** Version of drbd-utils; empty where they are missing. */
  readonly utils: string;
}

/** Texts of the files; undefined where one is missing. */
export interface Files {
  readonly global?: string;
  readonly resource?: string;
  /** Permissions of the resource's file, octal. */
  readonly mode?: string;
  /** The resource as drbdadm understands it, where its file is not ours. */
  readonly foreign?: Foreign;
}

export interface Cluster {
  readonly pacemaker: boolean;
  /** A primitive of the cluster has this resource: the cluster alone promotes, demotes, starts and stops it. */
  readonly managed: boolean;
}

// A type, not an interface: the index signature of Facts wants it.
export type DrbdFacts = {
  readonly software: Fact<Software>;
  readonly files: Fact<Files>;
  readonly disks: Fact<Disks>;
  readonly state: Fact<State | undefined>;
  readonly running: Fact<Running>;
  readonly cluster: Fact<Cluster>;
  readonly device: Fact<boolean>;
  /** The host name under which udevd works, where it is not the machine's; else empty. */
  readonly udevHost: Fact<string>;
};
export type DrbdSeen = Seen<DrbdFacts>;
export type AllSeen = Readonly<Record<string, DrbdSeen>>;

const software: Fact<Software> = {
  command: {
    script: sh`if [ -r /sys/module/drbd/version ]; then echo "loaded $(</sys/module/drbd/version)"
else echo "file $(modinfo -F version drbd 2>/dev/null || true)"; fi
drbdadm --version 2>/dev/null || true`,
  },
  parse: (a) => {
    const [, how, module = ""] = /^(loaded|file) ?(\S*)/.exec(a.stdout) ?? [];
    return { loaded: how === "loaded", module, utils: /^DRBDADM_VERSION=(\S+)/m.exec(a.stdout)?.[1] ?? "" };
  },
};

const END = "@end of file";

const files = (spec: Spec): Fact<Files> => ({
  command: {
    script: lines(
      MASK,
      sh`for f in ${GLOBAL_PATH} ${resourcePath(spec)}; do
  if [ -f "$f" ]; then echo "@file $f"; mask <"$f"; echo ${END}; fi
done
if [ -f ${resourcePath(spec)} ]; then echo "@file mode"; stat -c %a ${resourcePath(spec)}; echo ${END}; fi
if ! head -qn 1 ${resourcePath(spec)} 2>/dev/null | grep -qxF ${HEADER}; then
  echo "@file dump"; drbdadm dump 2>/dev/null | mask || true; echo ${END}
fi`,
    ),
    stdin: new Secret(spec.sharedSecret),
  },
  parse: (a) => {
    const text = (path: string): string | undefined => {
      const head = `@file ${path}\n`;
      const at = a.stdout.indexOf(head);
      const found = at < 0 ? undefined : a.stdout.slice(at + head.length, a.stdout.indexOf(`${END}\n`, at));
      return found && unmask(found, spec.sharedSecret);
    };
    const [g, r, mode] = [text(GLOBAL_PATH), text(resourcePath(spec)), text("mode")?.trim()];
    const foreign = parseDump(text("dump") ?? "", spec.resource);
    return {
      ...(g === undefined ? {} : { global: g }),
      ...(r === undefined ? {} : { resource: r }),
      ...(mode ? { mode } : {}),
      ...(foreign === undefined ? {} : { foreign }),
    };
  },
});

const cluster = (resource: string): Fact<Cluster> => ({
  command: {
    script: sh`state=$(systemctl is-active pacemaker 2>/dev/null || true)
echo "$state"
if [ "$state" = active ] &&
  timeout 60 cibadmin -Q -l --xpath ${`//nvpair[@name='drbd_resource'][@value='${resource}']`} >/dev/null 2>&1; then
  echo managed
fi`,
  },
  parse: (a) => {
    const said = a.stdout.split("\n");
    return {
      pacemaker: ["active", "activating", "deactivating"].includes(said[0] ?? ""),
      managed: said[1] === "managed",
    };
  },
});

/** systemd keeps udevd in a name space where the host name stays as it was when udevd started; by another name, drbdadm finds no resource of this host. */
const udevHost: Fact<string> = {
  command: {
    script: sh`pid=$(systemctl show --property MainPID --value systemd-udevd 2>/dev/null) || pid=0
name=$(nsenter --uts --target "$pid" uname -n 2>/dev/null) || name=$(uname -n)
[ "$name" = "$(uname -n)" ] || echo "$name"`,
  },
  parse: (a) => a.stdout.trim(),
};

export function facts(spec: Spec, node: string): DrbdFacts {
  const peer = nodeNames(spec).find((n) => n !== node) ?? node;
  return {
    software,
    files: files(spec),
    disks: diskFact(spec.nodes[node]?.disk.serial ?? "", spec.resource, spec.minor, nodeIdOf(spec, peer)),
    state: stateFact(spec.resource, spec.minor),
    running: runningFact(spec),
    cluster: cluster(spec.resource),
    device: {
      command: { script: sh`[ -b ${deviceOf(spec)} ] && echo yes || true` },
      parse: (a) => a.stdout.trim() === "yes",
    },
    udevHost,
  };
}

export const dialectOf = (module: string): Dialect | undefined =>
  module.startsWith("8.4") ? "8.4" : module.startsWith("9") ? "9" : undefined;

/** What the module holds has metadata, even where drbdmeta may not read it; it is fresh if neither side ever was up to date. */
function attachedMetadata(state: State | undefined): Disk["metadata"] {
  if (!state || state.disk === "Diskless") return undefined;
  const fresh = state.disk === "Inconsistent" && state.peerDisk === "Inconsistent";
  return { format: "attached", currentUuid: fresh ? FRESH : "unknown" };
}

/** The disk that the spec means, where there is exactly one. */
export function onlyDisk(seen: DrbdSeen | undefined): Disk | undefined {
  const disk = seen?.disks.found.length === 1 ? seen.disks.found[0] : undefined;
  const metadata = disk && (disk.metadata ?? attachedMetadata(seen?.state));
  return metadata ? { ...disk, metadata } : disk;
}

/** The lasting name of each node's disk, for the configuration. */
export const pathsOf = (spec: Spec, seen: AllSeen): Record<string, string> =>
  Object.fromEntries(
    nodeNames(spec).map((n) => {
      const disk = onlyDisk(seen[n]);
      return [n, (disk && lastingPath(disk, spec.nodes[n]?.disk.serial ?? "")) ?? disk?.path ?? ""];
    }),
  );

/** A disk's part of the spec, as far as the file and the node tell; a number that does not hold is replaced by the one that does. */
function liveDisk(known: DiskSpec, path: string, disk: Disk | undefined): DiskSpec {
  if (!disk || ![disk.path, ...disk.links].includes(path)) return { serial: path.split("/").at(-1) ?? "" };
  if (!disk.metadata) return { ...known, serial: `${known.serial} (without DRBD's metadata)` };
  return known.sizeBytes === undefined ? known : { ...known, sizeBytes: disk.size };
}

/** Whether the node knows the resource at all, whoever configured it. */
export const isConfigured = ({ files: f }: DrbdSeen): boolean => f.resource !== undefined || f.foreign !== undefined;

export function liveOf(known: Spec, seen: AllSeen, node: string): Spec | undefined {
  const s = seen[node];
  if (!s) return undefined;
  const dialect = known.dialect ?? dialectOf(s.software.module) ?? "8.4";
  const { resource, foreign } = s.files;
  const parsed = foreign
    ? parseForeign(foreign, known, dialect, s.running)
    : resource === undefined
      ? undefined
      : parseResource(resource, known, dialect, s.state ? s.running : undefined);
  if (!parsed) return undefined;
  const nodes = Object.entries(parsed.nodes).map(([n, p]) => {
    const was = known.nodes[n];
    const disk = liveDisk(was?.disk ?? { serial: "" }, p.path, onlyDisk(seen[n]));
    // The id's default is a place in a list: only one that was given is shown, or one that is not the default.
    const id =
      p.nodeId === undefined || (was?.nodeId === undefined && p.nodeId === nodeIdOf(known, n))
        ? {}
        : { nodeId: p.nodeId };
    const kept = dialect === "8.4" && was?.nodeId !== undefined ? { nodeId: was.nodeId } : id;
    return [n, { address: p.address, disk, ...kept }] as const;
  });
  const disk = onlyDisk(s);
  const type = disk?.signatures.find((x) => x.type !== "drbd")?.type ?? "(none)";
  return {
    ...parsed.spec,
    ...(known.dialect === undefined ? {} : { dialect }),
    connections: known.connections,
    nodes: Object.fromEntries(nodes),
    fileSystem: { ...known.fileSystem, type: type as "xfs" },
  };
}

/** The spec as it runs, whatever is not as known on any node; a node without the file is left out of `nodes`. */
export function live(known: Spec, seen: AllSeen): Spec | undefined {
  const names = nodeNames(known);
  const found = names.flatMap((n) => liveOf(known, seen, n) ?? []);
  if (found.length === 0) return undefined;
  const shown = overlay(known, found);
  const lacking = names.filter((n) => !seen[n] || !isConfigured(seen[n]));
  const nodes = Object.fromEntries(Object.entries(shown.nodes).filter(([n]) => !lacking.includes(n)));
  return { ...shown, nodes };
}

/** The same value with its keys in order, so that texts can be compared. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

import { isIPv4 } from "node:net";
import { z } from "zod";
import type { Finding } from "../kind";
import { connectionsSchema } from "../remote";
import { optionFindings } from "./options";

const name = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const serial = /^[A-Za-z0-9_.:+-]{1,64}$/;
/** Bytes per second in DRBD's own notation: a number with K, M or G, each a power of 1024. */
const rate = /^[1-9][0-9]*[KMG]$/;
const amount = /^[1-9][0-9]*[sKMG]$/;

/** What stands in front of a comment, a quote or a line end would leave the string that it stands in. */
const optionValue = z.string().regex(/^[^"\\\r\n]+$/, "must be one line without quotes and backslashes");
const section = z.record(z.string(), optionValue);

const diskSchema = z.strictObject({
  /** The disk's own serial number, the only name by which a disk is ever written to. */
  serial: z.string().regex(serial, "must be a disk's serial number as lsblk shows it"),
  /** Exact size in bytes. Default: not checked. */
  sizeBytes: z.number().int().positive().optional(),
  /** Least size in bytes. Default: not checked. */
  minimumBytes: z.number().int().positive().optional(),
});

const nodeSchema = z.strictObject({
  /** Where this node's replication listens; a link of its own (the crossover) is best. */
  address: z.string().refine(isIPv4, "must be an IPv4 address"),
  disk: diskSchema,
  /** Only the dialect of DRBD 9 has it. Default: the node's place in the sorted list of names. */
  nodeId: z.number().int().min(0).max(31).optional(),
});

const bounded = (max: number): z.ZodNumber => z.number().int().min(1).max(max);

/** One DRBD resource with one volume, mirrored between two nodes. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  resource: z.string().regex(name, "must be a DRBD resource name").default("postgres"),
  minor: z.number().int().min(0).max(255).default(0),
  /** Dialect of the configuration file. Default: that of the module the nodes have. */
  dialect: z.enum(["8.4", "9"]).optional(),
  /** TCP port of the replication, on both nodes. */
  port: z.number().int().min(1).max(65535).default(7789),
  /** By node name; the names of `connections`, which must be the nodes' own host names. */
  nodes: z.record(z.string(), nodeSchema),
  /** C acknowledges a write when both disks have it; A and B may lose acknowledged writes. */
  protocol: z.enum(["A", "B", "C"]).default("C"),
  fencing: z.enum(["resource-and-stonith", "resource-only", "dont-care"]).default("resource-and-stonith"),
  onIoError: z.enum(["detach", "pass_on", "call-local-io-error"]).default("detach"),
  /** Upper bound of the resynchronisation, bytes per second. */
  rate: z.string().regex(rate, "must be a rate such as 100M").default("100M"),
  /** What the resynchronisation gets although the database writes, bytes per second. DRBD's own 250K leaves the pair without redundancy for minutes after every failover. */
  minimumRate: z.string().regex(rate, "must be a rate such as 10M").default("10M"),
  /** How much of a resynchronisation or verification is under way at once, bytes (`c-fill-target`). DRBD's own 50K is some 5 MB a second where an answer takes 10 ms. */
  fillTarget: z.string().regex(amount, "must be an amount such as 1M, or sectors such as 2048s").default("1M"),
  verifyAlgorithm: z.enum(["crc32c", "sha1", "sha256", "md5"]).default("crc32c"),
  /** Proves the peers to each other. Secret. */
  sharedSecret: z.string().regex(/^[A-Za-z0-9+/=_.-]{8,64}$/, "must be 8 to 64 letters, digits or + / = _ . -"),
  cramHmacAlgorithm: z.enum(["sha256", "sha512", "sha1"]).default("sha256"),
  /** How long the fence-peer handler waits for the cluster, seconds; must exceed the cluster's own fencing timeout. */
  fencePeerTimeoutSeconds: bounded(3600).default(120),
  /** How the first copy is made where both disks are fresh and blank: `skip` declares two blank disks equal, `full` copies one to the other. */
  initialSync: z.enum(["skip", "full"]).default("skip"),
  fileSystem: z
    .strictObject({
      type: z.literal("xfs").default("xfs"),
      label: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,12}$/, "must be 1 to 12 letters, digits or _ . -")
        .optional(),
    })
    .default({ type: "xfs" }),
  /** How long a start by hand waits for the peer, seconds. */
  startup: z
    .strictObject({
      /** 0 waits for ever. */
      wfcTimeoutSeconds: z.number().int().min(0).max(86400).default(120),
      degradedWfcTimeoutSeconds: z.number().int().min(0).max(86400).default(60),
    })
    .default({ wfcTimeoutSeconds: 120, degradedWfcTimeoutSeconds: 60 }),
  /** Further options as drbd.conf names them, by section. What has a property of its own is refused here. */
  options: z
    .strictObject({
      resource: section.default({}),
      net: section.default({}),
      disk: section.default({}),
      handlers: section.default({}),
    })
    .default({ resource: {}, net: {}, disk: {}, handlers: {} }),
  /** Serials of disks that are wiped although something is on them. Everything on them is lost. */
  overwrite: z.array(z.string().regex(serial, "must be a disk's serial number")).default([]),
  /** What a destroy does with the disks: `keep` leaves data and metadata, `destroy` wipes both disks. */
  dataPolicy: z.enum(["keep", "destroy"]).default("keep"),
  /** How long to wait for the peers to connect, seconds. */
  connectTimeoutSeconds: bounded(3600).default(180),
  /** How long to wait for both disks to be up to date, seconds; matters for a full initial copy. */
  syncTimeoutSeconds: bounded(604800).default(1800),
});

export type Spec = z.infer<typeof schema>;
export type DiskSpec = z.infer<typeof diskSchema>;
export type Dialect = "8.4" | "9";

export const nodeNames = (spec: Spec): string[] => Object.keys(spec.nodes).sort();

export const nodeIdOf = (spec: Spec, node: string): number => spec.nodes[node]?.nodeId ?? nodeNames(spec).indexOf(node);

/** The device as everybody else is to name it; udev makes it from the resource's name. */
export const deviceOf = (spec: { resource: string }): string => `/dev/drbd/by-res/${spec.resource}/0`;

function twice<T>(values: readonly (readonly [string, T])[]): [string, string, T][] {
  return values.flatMap(([path, v], i) =>
    values.slice(0, i).flatMap(([first, w]): [string, string, T][] => (v === w ? [[path, first, v]] : [])),
  );
}

export function rules(spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const say = (property: string, reason: string): void => void findings.push({ property, reason });
  const names = nodeNames(spec);
  const connected = Object.keys(spec.connections).sort();
  if (names.length !== 2) say("nodes", `are ${names.length}: a resource is mirrored between exactly two nodes`);
  if (names.join() !== connected.join())
    say("nodes", `are ${names.join(", ")}, but connections has ${connected.join(", ")}: use the same names in both`);
  const all = <T>(pick: (node: string) => T, suffix: string): [string, T][] =>
    names.map((n) => [`nodes.${n}.${suffix}`, pick(n)]);
  for (const [path, first, v] of twice(all((n) => spec.nodes[n]?.address, "address")))
    say(path, `${v} is also ${first}: each node needs an address of its own`);
  for (const [path, first, v] of twice(all((n) => nodeIdOf(spec, n), "nodeId")))
    say(path, `${v} is also ${first}: each node needs an id of its own`);
  for (const n of names) {
    const d = spec.nodes[n]?.disk;
    if (d?.sizeBytes !== undefined && d.minimumBytes !== undefined && d.sizeBytes < d.minimumBytes)
      say(`nodes.${n}.disk.sizeBytes`, `${d.sizeBytes} is below minimumBytes ${d.minimumBytes}`);
  }
  const serials = names.map((n) => spec.nodes[n]?.disk.serial);
  spec.overwrite.forEach((s, i) => {
    if (!serials.includes(s)) say(`overwrite.${i}`, `${s} is the serial of none of the disks in nodes: remove it`);
  });
  if (spec.fencing === "resource-and-stonith" && spec.protocol !== "C")
    say("protocol", `${spec.protocol} loses acknowledged writes when the active node dies, fencing or not: use C`);
  return [...findings, ...optionFindings(spec.options, spec.dialect)];
}

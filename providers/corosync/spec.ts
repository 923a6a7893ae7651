import { isIPv4 } from "node:net";
import { z } from "zod";
import type { Finding } from "../kind";
import { connectionsSchema } from "../remote";

const address = z.string().refine(isIPv4, "must be an IPv4 address");
const milliseconds = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);

const nodeSchema = z.strictObject({
  nodeId: z.number().int().min(1).max(65535),
  /** The node's address on the first link. */
  ring0: address,
  /** The node's address on the second link. */
  ring1: address.optional(),
});

/** A third vote by corosync-qnetd on another host: it decides who has quorum when the two do not hear each other. */
const deviceSchema = z.strictObject({
  /** Where corosync-qnetd listens. */
  host: address,
  port: z.number().int().min(1).max(65535).default(5403),
  /** `ffsplit` gives the vote to one half of a split, `lms` to the last one standing. */
  algorithm: z.enum(["ffsplit", "lms"]).default("ffsplit"),
  /** How long the host may be silent before its vote is gone, milliseconds. */
  timeout: milliseconds(2000, 120000).default(10000),
  /** How long a new membership waits for the vote, milliseconds. Part of a failover. */
  syncTimeout: milliseconds(2000, 120000).default(30000),
});

/** Corosync's membership of two nodes, with Pacemaker started on it. */
export const schema = z.strictObject({
  connections: connectionsSchema,
  clusterName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "must be 1 to 32 letters, digits, _ or -")
    .default("qvd-ha"),
  /** By node name; the names of `connections`, which Pacemaker shows as the nodes' names. */
  nodes: z.record(z.string(), nodeSchema),
  transport: z.literal("knet").default("knet"),
  /** `passive` sends over the best link that is up, `active` over all. */
  linkMode: z.enum(["passive", "active"]).default("passive"),
  cryptoCipher: z.enum(["aes256", "aes192", "aes128"]).default("aes256"),
  cryptoHash: z.enum(["sha256", "sha384", "sha512"]).default("sha256"),
  /** Silence after which a node counts as lost, milliseconds. Part of every failover. */
  token: milliseconds(1000, 60000).default(5000),
  /** How long to agree on a new membership, milliseconds. Two nodes may have less than a token of it, more only more time. Default: corosync's own, 1.2 times the token. */
  consensus: milliseconds(500, 120000).optional(),
  /** How long to wait for join messages, milliseconds. Default: corosync's own, 50. */
  join: milliseconds(1, 60000).optional(),
  /** Messages one node may send while it has the token. Default: corosync's own, 17. */
  maxMessages: z.number().int().min(1).max(256).optional(),
  /** UDP port of the first link; the second uses the next one. */
  port: z.number().int().min(1024).max(65534).default(5405),
  /** 256 random bytes in base64, with which the nodes prove themselves. Secret. */
  authkey: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, "must be base64"),
  /** The third vote. Default: none. */
  device: deviceSchema.optional(),
  /** Either of two nodes alone has quorum, fencing decides. Must be false with a third vote. */
  twoNode: z.boolean().default(true),
  /** A cluster that starts waits until it has seen both nodes once. */
  waitForAll: z.boolean().default(true),
  /** Where messages go, apart from standard error, which the journal keeps. */
  logging: z.enum(["syslog", "journal"]).default("syslog"),
  /** One link only: a cut cable then is a power cut of a node. */
  oneRingConsent: z.boolean().default(false),
  /** How long both nodes may take to be online in Pacemaker, seconds. */
  startTimeoutSeconds: z.number().int().min(10).max(3600).default(600),
});

export type Spec = z.infer<typeof schema>;

/** Corosync's own default. */
const JOIN_MS = 50;
/** corosync.conf(5) calls any consensus above the time of one join message safe with two nodes; so many may get lost here. */
const JOINS = 10;

export const nodeNames = (spec: Spec): string[] => Object.keys(spec.nodes).sort();

/** Number of links that every node has. */
export const links = (spec: Spec): number => (Object.values(spec.nodes).every((n) => n.ring1 !== undefined) ? 2 : 1);

/** That the links are networks of their own, the configuration's rule tells, which knows their prefix lengths; here are bare addresses. */
export function rules(spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const say = (property: string, reason: string): void => void findings.push({ property, reason });
  const names = nodeNames(spec);
  const connected = Object.keys(spec.connections).sort();
  if (names.length !== 2) say("nodes", `are ${names.length}: this cluster has exactly two`);
  if (names.join() !== connected.join())
    say("nodes", `are ${names.join(", ")}, but connections has ${connected.join(", ")}: use the same names in both`);

  const used = new Map<string, string>();
  const ids = new Map<number, string>();
  for (const n of names) {
    const node = spec.nodes[n] as Spec["nodes"][string];
    const other = ids.get(node.nodeId);
    if (other) say(`nodes.${n}.nodeId`, `${node.nodeId} is also the id of ${other}: each node needs its own`);
    ids.set(node.nodeId, n);
    for (const ring of ["ring0", "ring1"] as const) {
      const ip = node[ring];
      if (ip === undefined) continue;
      const first = used.get(ip);
      if (first) say(`nodes.${n}.${ring}`, `${ip} is also ${first}: every address may stand once`);
      used.set(ip, `nodes.${n}.${ring}`);
    }
  }
  const with1 = names.filter((n) => spec.nodes[n]?.ring1 !== undefined);
  if (with1.length > 0 && with1.length < names.length)
    say("nodes", `only ${with1.join(", ")} has ring1: give it to every node or to none`);
  if (with1.length === 0 && !spec.oneRingConsent)
    say("nodes", "have one ring: give each a ring1 in a second network, or set oneRingConsent: true");
  const join = spec.join ?? JOIN_MS;
  if (spec.consensus !== undefined && spec.consensus < JOINS * join)
    say("consensus", `${spec.consensus} ms leaves no room for ${JOINS} join messages, one every ${join} ms`);
  if (spec.twoNode && !spec.waitForAll)
    say("waitForAll", "must be true with twoNode: a node that boots alone would fence its healthy peer, in turns");
  if (spec.device && spec.twoNode)
    say(
      "twoNode",
      "must be false with a device: the third vote decides, and either node alone would have quorum without it",
    );
  if (!spec.device && !spec.twoNode)
    say("twoNode", "is false without a device: no node alone would ever have quorum, and nothing would fail over");
  if (spec.device && spec.device.syncTimeout <= spec.device.timeout)
    say("device.syncTimeout", `${spec.device.syncTimeout} ms must exceed device.timeout of ${spec.device.timeout} ms`);
  const bytes = Buffer.from(spec.authkey, "base64").length;
  if (bytes < 128 || bytes > 4096) say("authkey", `has ${bytes} bytes: corosync takes 128 to 4096, 256 are usual`);
  return findings;
}

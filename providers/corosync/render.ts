import type { Section } from "./config";
import { format, parseConfig, section, value } from "./config";
import type { Spec } from "./spec";
import { links, nodeNames } from "./spec";

export const HEADER = "# Managed by qvd-ha; changes by hand show up as drift and are undone.";
export const CONF_PATH = "/etc/corosync/corosync.conf";
export const KEY_PATH = "/etc/corosync/authkey";

type Entry = readonly [string, string];
const optional = (key: string, v: number | undefined): Entry[] => (v === undefined ? [] : [[key, String(v)]]);
const yes = (v: boolean): string => (v ? "1" : "0");
const make = (name: string, entries: readonly Entry[], sections: readonly Section[] = []): Section => ({
  name,
  entries,
  sections,
});

/** The vote of the model net is one with ffsplit, and with lms what corosync-qdevice makes of it. */
const device = (d: NonNullable<Spec["device"]>): Section =>
  make(
    "device",
    [
      ["model", "net"],
      ["votes", "1"],
      ["timeout", String(d.timeout)],
      ["sync_timeout", String(d.syncTimeout)],
    ],
    [
      make("net", [
        ["host", d.host],
        ["port", String(d.port)],
        ["algorithm", d.algorithm],
        ["tls", "required"],
      ]),
    ],
  );

/** The third vote of a section `quorum`, as whoever wrote it has it. */
export function parseDevice(of: Section | undefined): Spec["device"] {
  const found = section(of, "device");
  const net = section(found, "net");
  return found === undefined
    ? undefined
    : {
        host: value(net, "host") ?? ABSENT,
        port: number(value(net, "port")) ?? 5403,
        algorithm: (value(net, "algorithm") ?? ABSENT) as "ffsplit",
        timeout: number(value(found, "timeout")) ?? 10000,
        syncTimeout: number(value(found, "sync_timeout")) ?? 30000,
      };
}

/** corosync.conf; the same on both nodes. */
export function render(spec: Spec): string {
  const interfaces = Array.from({ length: links(spec) }, (_, i) =>
    make("interface", [
      ["linknumber", String(i)],
      ["mcastport", String(spec.port + i)],
    ]),
  );
  const totem = make(
    "totem",
    [
      ["version", "2"],
      ["cluster_name", spec.clusterName],
      ["transport", spec.transport],
      ["link_mode", spec.linkMode],
      ["crypto_cipher", spec.cryptoCipher],
      ["crypto_hash", spec.cryptoHash],
      ["token", String(spec.token)],
      ...optional("consensus", spec.consensus),
      ...optional("join", spec.join),
      ...optional("max_messages", spec.maxMessages),
    ],
    interfaces,
  );
  const nodes = nodeNames(spec).map((n) => {
    const node = spec.nodes[n] as Spec["nodes"][string];
    const ring1: Entry[] = node.ring1 === undefined ? [] : [["ring1_addr", node.ring1]];
    return make("node", [["name", n], ["nodeid", String(node.nodeId)], ["ring0_addr", node.ring0], ...ring1]);
  });
  const quorum = make(
    "quorum",
    [
      ["provider", "corosync_votequorum"],
      ["two_node", yes(spec.twoNode)],
      ["wait_for_all", yes(spec.waitForAll)],
    ],
    spec.device ? [device(spec.device)] : [],
  );
  const logging = make("logging", [
    ["to_stderr", "yes"],
    ["to_logfile", "no"],
    ["to_syslog", spec.logging === "syslog" ? "yes" : "no"],
    ["debug", "off"],
  ]);
  return `${HEADER}\n${format(make("", [], [totem, make("nodelist", [], nodes), quorum, logging]))}`;
}

const ABSENT = "(missing)";
const number = (v: string | undefined): number | undefined => (v === undefined ? undefined : Number(v));
const given = <K extends string>(key: K, v: number | undefined): Partial<Record<K, number>> =>
  v === undefined ? {} : ({ [key]: v } as Record<K, number>);

/** Inverts `render`; the rest of the spec comes from `known`. A value that a spec may not have is kept, so that it shows. @throws Error */
export function parse(text: string, known: Spec): Spec {
  const root = parseConfig(text);
  const [totem, quorum, logging] = ["totem", "quorum", "logging"].map((n) => section(root, n));
  const nodes = (section(root, "nodelist")?.sections ?? []).map((n) => {
    const ring1 = value(n, "ring1_addr");
    const node = { nodeId: Number(value(n, "nodeid")), ring0: value(n, "ring0_addr") ?? ABSENT };
    return [value(n, "name") ?? ABSENT, ring1 === undefined ? node : { ...node, ring1 }] as const;
  });
  const twoNode = value(quorum, "two_node") === "1";
  const third = parseDevice(quorum);
  const { consensus: _c, join: _j, maxMessages: _m, device: _d, ...rest } = known;
  const link0 = totem?.sections.find((s) => s.name === "interface" && value(s, "linknumber") === "0");
  return {
    ...rest,
    clusterName: value(totem, "cluster_name") ?? ABSENT,
    transport: (value(totem, "transport") ?? "knet") as "knet",
    linkMode: (value(totem, "link_mode") ?? "passive") as Spec["linkMode"],
    cryptoCipher: (value(totem, "crypto_cipher") ?? "none") as Spec["cryptoCipher"],
    cryptoHash: (value(totem, "crypto_hash") ?? "none") as Spec["cryptoHash"],
    token: number(value(totem, "token")) ?? 3000,
    ...given("consensus", number(value(totem, "consensus"))),
    ...given("join", number(value(totem, "join"))),
    ...given("maxMessages", number(value(totem, "max_messages"))),
    port: number(value(link0, "mcastport")) ?? 5405,
    nodes: Object.fromEntries(nodes),
    ...(third === undefined ? {} : { device: third }),
    twoNode,
    // votequorum(5): two_node implies it unless it is said otherwise.
    waitForAll: (value(quorum, "wait_for_all") ?? (twoNode ? "1" : "0")) === "1",
    logging: value(logging, "to_syslog") === "no" ? "journal" : "syslog",
  };
}

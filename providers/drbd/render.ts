import type { Statement } from "./config";
import { find, optionsOf, parseConfig, word } from "./config";
import type { Running, SectionName } from "./running";
import { sameValue } from "./running";
import type { Dialect, Spec } from "./spec";
import { nodeIdOf, nodeNames } from "./spec";

export const HEADER = "# Managed by qvd-ha; changes by hand show up as drift and are undone.";

export const GLOBAL_PATH = "/etc/drbd.d/global_common.conf";
export const resourcePath = (spec: { resource: string }): string => `/etc/drbd.d/${spec.resource}.res`;

/** Debian's own file asks no usage count either; ours leaves nothing to inherit, so a resource's file says all. */
export const GLOBAL_TEXT = `${HEADER}
global {
\tusage-count no;
\tudev-always-use-vnr;
}
common {
}
`;

/** A split brain is for a person to resolve: DRBD may never choose whose writes to throw away. */
const SPLIT_BRAIN = { "after-sb-0pri": "disconnect", "after-sb-1pri": "disconnect", "after-sb-2pri": "disconnect" };

const HANDLERS = {
  "8.4": {
    fence: "/usr/lib/drbd/crm-fence-peer.sh",
    lift: "/usr/lib/drbd/crm-unfence-peer.sh",
    when: "after-resync-target",
  },
  "9": {
    fence: "/usr/lib/drbd/crm-fence-peer.9.sh",
    lift: "/usr/lib/drbd/crm-unfence-peer.9.sh",
    when: "unfence-peer",
  },
} as const;

/** Seconds by which the handler's patience with an absent coordinator exceeds that with an unreachable peer, as crm-fence-peer.sh asks. */
const DC_MARGIN = 5;

type Values = Record<string, string>;
interface Sections {
  readonly options: Values;
  readonly startup: Values;
  readonly net: Values;
  readonly disk: Values;
  readonly handlers: Values;
}

const fencing = (spec: Spec, dialect: Dialect): Pick<Sections, "net" | "disk" | "handlers"> => {
  const h = HANDLERS[dialect];
  const seconds = spec.fencePeerTimeoutSeconds;
  return {
    net: dialect === "9" ? { fencing: spec.fencing } : {},
    disk: dialect === "8.4" ? { fencing: spec.fencing } : {},
    handlers: {
      "fence-peer": `${h.fence} --timeout ${seconds} --dc-timeout ${seconds + DC_MARGIN}`,
      [h.when]: h.lift,
    },
  };
};

/** Everything that the resource's file sets, by section. */
export function sections(spec: Spec, dialect: Dialect): Sections {
  const f = fencing(spec, dialect);
  return {
    options: { ...(dialect === "9" ? { "auto-promote": "no" } : {}), ...spec.options.resource },
    startup: {
      "wfc-timeout": String(spec.startup.wfcTimeoutSeconds),
      "degr-wfc-timeout": String(spec.startup.degradedWfcTimeoutSeconds),
    },
    net: {
      protocol: spec.protocol,
      "cram-hmac-alg": spec.cramHmacAlgorithm,
      "shared-secret": spec.sharedSecret,
      "verify-alg": spec.verifyAlgorithm,
      ...SPLIT_BRAIN,
      ...f.net,
      ...spec.options.net,
    },
    disk: {
      "on-io-error": spec.onIoError,
      ...f.disk,
      "c-max-rate": spec.rate,
      "c-min-rate": spec.minimumRate,
      "c-fill-target": spec.fillTarget,
      ...spec.options.disk,
    },
    handlers: { ...f.handlers, ...spec.options.handlers },
  };
}

const indent = (text: readonly string[]): string[] => text.map((l) => `\t${l}`);
const block = (head: string, body: readonly string[]): string[] => [`${head} {`, ...indent(body), "}"];
const statements = (values: Values): string[] => Object.entries(values).map(([k, v]) => `${k} ${word(v)};`);

/** The resource's file; the same on both nodes. `paths` gives the lasting name of each node's disk. */
export function renderResource(spec: Spec, dialect: Dialect, paths: Readonly<Record<string, string>>): string {
  const host = (n: string): string[] => {
    const volume = [`device minor ${spec.minor};`, `disk ${word(paths[n] ?? "")};`, "meta-disk internal;"];
    return block(`on ${word(n)}`, [
      ...(dialect === "9" ? [`node-id ${nodeIdOf(spec, n)};`] : []),
      `address ipv4 ${spec.nodes[n]?.address}:${spec.port};`,
      ...block("volume 0", volume),
    ]);
  };
  const body = Object.entries(sections(spec, dialect))
    .filter(([, v]) => Object.keys(v).length > 0)
    .flatMap(([name, v]) => block(name, statements(v)));
  return [HEADER, ...block(`resource ${word(spec.resource)}`, [...body, ...nodeNames(spec).flatMap(host)]), ""].join(
    "\n",
  );
}

/** What a resource's file says, as far as a spec holds it. `disk` is the path that stands in the file. */
export interface Parsed {
  readonly spec: Omit<Spec, "connections" | "nodes" | "dialect">;
  readonly nodes: Readonly<Record<string, { address: string; nodeId?: number; path: string }>>;
}

/** Configured options, and where what runs is neither that nor what is wanted, what runs: so a change in either shows, in the words of who made it. */
const overlay = (configured: Values, running: Readonly<Values> = {}, wanted: Readonly<Values> = {}): Values =>
  Object.fromEntries(
    Object.entries(configured).map(([k, v]) => {
      const [shown, w] = [running[k], wanted[k]];
      const asFile = shown === undefined || w === undefined || sameValue(v, shown) || sameValue(w, shown);
      return [k, asFile ? v : shown];
    }),
  );

const ABSENT = "(missing)";

/** Options of a section that the spec has no property for: everything but `own`, and what should be constant where it is not. */
function others(values: Values, own: readonly string[], constant: Values = {}): Values {
  const rest = Object.entries(values).filter(([k, v]) => !own.includes(k) && constant[k] !== v);
  const missing = Object.keys(constant).filter((k) => values[k] === undefined);
  return Object.fromEntries([...rest, ...missing.map((k) => [k, ABSENT] as const)]);
}

/** Inverts `renderResource`. What the file cannot tell comes from `known`; a hand-made value is kept as it is, even one that a spec may not have. @throws Error */
export function parseResource(text: string, known: Spec, dialect: Dialect, running?: Running): Parsed | undefined {
  const resource = find(parseConfig(text), "resource", known.resource)?.body;
  return resource && parseBody(resource, known, dialect, running);
}

/** The same for what stands between the braces. */
export function parseBody(resource: readonly Statement[], known: Spec, dialect: Dialect, running?: Running): Parsed {
  const { connections: _c, nodes: _n, dialect: _d, ...rest } = known;
  const s = (name: string): Values => optionsOf(resource, name);
  const wanted = sections(known, dialect);
  const now = (name: SectionName): Values => overlay(s(name), running?.[name], wanted[name]);
  const [options, startup, net, disk, handlers] = [
    now("options"),
    s("startup"),
    now("net"),
    now("disk"),
    s("handlers"),
  ];
  const fence = { ...net, ...disk }.fencing ?? "dont-care";
  const h = HANDLERS[dialect];
  const handler = handlers["fence-peer"] ?? "";
  const seconds = new RegExp(`^${h.fence} --timeout (\\d+) --dc-timeout (\\d+)$`).exec(handler);
  const sound = seconds !== null && Number(seconds[2]) === Number(seconds[1]) + DC_MARGIN;
  const hosts = resource.filter((x) => x.key === "on");
  const first = hosts[0]?.body;
  const nodes = hosts.map((x) => {
    const [ip = ""] = (find(x.body, "address")?.words.at(-1) ?? "").split(":");
    const id = find(x.body, "node-id")?.words[0];
    const path = find(find(x.body, "volume", "0")?.body, "disk")?.words[0] ?? "";
    return [x.words[0] ?? "", { address: ip, ...(id === undefined ? {} : { nodeId: Number(id) }), path }] as const;
  });
  return {
    spec: {
      ...rest,
      minor: Number(find(find(first, "volume", "0")?.body, "device")?.words.at(-1) ?? NaN),
      port: Number((find(first, "address")?.words.at(-1) ?? "").split(":")[1] ?? NaN),
      protocol: (net.protocol ?? ABSENT) as Spec["protocol"],
      fencing: fence as Spec["fencing"],
      onIoError: (disk["on-io-error"] ?? ABSENT) as Spec["onIoError"],
      rate: disk["c-max-rate"] ?? ABSENT,
      minimumRate: disk["c-min-rate"] ?? ABSENT,
      fillTarget: disk["c-fill-target"] ?? ABSENT,
      verifyAlgorithm: (net["verify-alg"] ?? ABSENT) as Spec["verifyAlgorithm"],
      sharedSecret: net["shared-secret"] ?? "",
      cramHmacAlgorithm: (net["cram-hmac-alg"] ?? ABSENT) as Spec["cramHmacAlgorithm"],
      // A handler that the spec itself words has no time-out to compare.
      fencePeerTimeoutSeconds: sound
        ? Number(seconds?.[1])
        : known.options.handlers["fence-peer"] === handler
          ? known.fencePeerTimeoutSeconds
          : 0,
      startup: {
        wfcTimeoutSeconds: Number(startup["wfc-timeout"] ?? 0),
        degradedWfcTimeoutSeconds: Number(startup["degr-wfc-timeout"] ?? 0),
      },
      options: {
        resource: others(options, [], dialect === "9" ? { "auto-promote": "no" } : {}),
        net: others(net, ["protocol", "verify-alg", "shared-secret", "cram-hmac-alg", "fencing"], SPLIT_BRAIN),
        disk: others(disk, ["on-io-error", "fencing", "c-max-rate", "c-min-rate", "c-fill-target"]),
        handlers: others(handlers, sound ? ["fence-peer"] : [], { [h.when]: h.lift }),
      },
    },
    nodes: Object.fromEntries(nodes),
  };
}

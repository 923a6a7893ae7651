import type { Finding } from "../kind";

export type Section = "resource" | "net" | "disk" | "handlers";
export type Options = Readonly<Record<Section, Readonly<Record<string, string>>>>;
type D = "8.4" | "9";

/** What both dialects know, from drbd.conf-8.4(5) and drbd.conf-9.0(5). */
const BOTH: Readonly<Record<Section, readonly string[]>> = {
  resource: ["cpu-mask", "on-no-data-accessible"],
  net: [
    "after-sb-0pri",
    "after-sb-1pri",
    "after-sb-2pri",
    "allow-two-primaries",
    "always-asbp",
    "congestion-extents",
    "congestion-fill",
    "connect-int",
    "cram-hmac-alg",
    "csums-after-crash-only",
    "csums-alg",
    "data-integrity-alg",
    "ko-count",
    "max-buffers",
    "max-epoch-size",
    "on-congestion",
    "ping-int",
    "ping-timeout",
    "protocol",
    "rcvbuf-size",
    "rr-conflict",
    "shared-secret",
    "sndbuf-size",
    "socket-check-timeout",
    "tcp-cork",
    "timeout",
    "unplug-watermark",
    "use-rle",
    "verify-alg",
  ],
  disk: [
    "al-extents",
    "al-updates",
    "c-delay-target",
    "c-fill-target",
    "c-max-rate",
    "c-min-rate",
    "c-plan-ahead",
    "discard-zeroes-if-aligned",
    "disk-barrier",
    "disk-drain",
    "disk-flushes",
    "disk-timeout",
    "md-flushes",
    "on-io-error",
    "read-balancing",
    "resync-rate",
    "rs-discard-granularity",
  ],
  handlers: [
    "after-resync-target",
    "before-resync-target",
    "fence-peer",
    "initial-split-brain",
    "local-io-error",
    "out-of-sync",
    "pri-lost",
    "pri-lost-after-sb",
    "pri-on-incon-degr",
    "split-brain",
  ],
};

const ONLY: Readonly<Record<D, Readonly<Record<Section, readonly string[]>>>> = {
  "8.4": { resource: [], net: [], disk: ["fencing"], handlers: [] },
  "9": {
    resource: [
      "auto-promote",
      "auto-promote-timeout",
      "max-io-depth",
      "on-no-quorum",
      "on-suspended-primary-outdated",
      "peer-ack-delay",
      "peer-ack-window",
      "quorum",
      "quorum-minimum-redundancy",
      "twopc-retry-timeout",
      "twopc-timeout",
    ],
    net: ["allow-remote-read", "fencing", "transport"],
    disk: ["disable-write-same"],
    handlers: ["quorum-lost", "unfence-peer"],
  },
};

/** What the spec has a property for, or what is no choice here. */
const OWN: Readonly<Record<Section, Readonly<Record<string, string>>>> = {
  resource: { "auto-promote": "Pacemaker alone promotes" },
  net: {
    protocol: "use protocol",
    "cram-hmac-alg": "use cramHmacAlgorithm",
    "shared-secret": "use sharedSecret",
    "verify-alg": "use verifyAlgorithm",
    fencing: "use fencing",
    "after-sb-0pri": "a split brain is never resolved automatically",
    "after-sb-1pri": "a split brain is never resolved automatically",
    "after-sb-2pri": "a split brain is never resolved automatically",
    "allow-two-primaries": "an XFS may be mounted on one node only",
    transport: "only TCP is supported here",
  },
  disk: {
    "on-io-error": "use onIoError",
    fencing: "use fencing",
    "c-max-rate": "use rate",
    "c-min-rate": "use minimumRate",
    "c-fill-target": "use fillTarget",
  },
  handlers: {
    "unfence-peer": "use fencing",
    "after-resync-target": "it lifts the fence of the peer",
  },
};

/** Whatever its time-outs, the peer is fenced by the cluster and by nothing else. */
const handlerFinding = (section: Section, key: string, options: Options): string | undefined =>
  section === "handlers" &&
  key === "fence-peer" &&
  !/^\/usr\/lib\/drbd\/crm-fence-peer(\.9)?\.sh( |$)/.test(options.handlers[key] ?? "")
    ? "it must be crm-fence-peer.sh, which asks the cluster"
    : undefined;

/** Options that the section of a dialect does not know, or that are not to be chosen. Without a dialect, what either knows will do. */
export function optionFindings(options: Options, dialect?: D): Finding[] {
  const dialects: readonly D[] = dialect ? [dialect] : ["8.4", "9"];
  return (Object.keys(options) as Section[]).flatMap((section) =>
    Object.keys(options[section]).flatMap((key) => {
      const property = `options.${section}.${key}`;
      const own = OWN[section][key] ?? handlerFinding(section, key, options);
      if (own) return [{ property, reason: `may not be set here: ${own}` }];
      const known = BOTH[section].includes(key) || dialects.some((d) => ONLY[d][section].includes(key));
      return known ? [] : [{ property, reason: `is no option of section ${section} of DRBD ${dialects.join(" or ")}` }];
    }),
  );
}

/** One thing that a node's log says. */
export interface LogEvent {
  /** Milliseconds since 1970, by our clock. */
  readonly at: number;
  readonly what:
    | "token-lost"
    | "membership"
    | "peer-lost"
    | "fence-requested"
    | "fence-delayed"
    | "fenced"
    | "fence-failed"
    | "started"
    | "ended"
    | "failed";
  /** The node that is meant, or for operations the resource. */
  readonly subject?: string;
  /** For operations: `promote`, `start`… */
  readonly operation?: string;
  /** For a delay: how long it is. */
  readonly seconds?: number;
  /** Whose log says so. */
  readonly node?: string;
}

type Found = Omit<LogEvent, "at" | "node">;
type Pattern = readonly [RegExp, (m: RegExpExecArray) => Found];

/** Clones may be numbered in the log, as in `p_drbd_postgres:1`. */
const plain = (id: string | undefined): string | undefined => id?.replace(/:\d+$/, "");

const PATTERNS: readonly Pattern[] = [
  [/\[TOTEM\s*\] A processor failed, forming new configuration/, () => ({ what: "token-lost" })],
  [/\[TOTEM\s*\] A new membership \(\S+\) was formed\. Members left:/, () => ({ what: "membership" })],
  [/Node (\S+) state is now lost/, (m) => ({ what: "peer-lost", subject: m[1] })],
  [
    /Requesting (?:peer )?fencing \(\w+\) (?:targeting|of node) (\S+)/,
    (m) => ({ what: "fence-requested", subject: m[1] }),
  ],
  [
    /Delaying '\w+' action targeting (\S+) using \S+ for (\d+)s/,
    (m) => ({ what: "fence-delayed", subject: m[1], seconds: Number(m[2]) }),
  ],
  [
    /Peer (\S+) was( not)? terminated \(\w+\) by .*?: (\w+)/,
    (m) => ({ what: m[2] || m[3] !== "OK" ? "fence-failed" : "fenced", subject: m[1] }),
  ],
  [
    /Requesting local execution of (\w+) operation for (\S+) on \S+/,
    (m) => ({ what: "started", operation: m[1], subject: plain(m[2]) }),
  ],
  [
    /Result of (\w+) operation for (\S+) on \S+: (ok)?/,
    (m) => ({ what: m[3] ? "ended" : "failed", operation: m[1], subject: plain(m[2]) }),
  ],
];

/** `journalctl -o short-monotonic`: seconds since boot, host, identifier, text. */
const LINE = /^\[\s*(\d+\.\d+)\] \S+ [^:]+: (.*)$/;

/**
 * Reads the log of Corosync and Pacemaker 2.1.
 * @param at our time, in milliseconds since 1970, of a moment given in milliseconds since the node's boot: its clock may be wrong, or be put
 *   right in the middle of a drill
 */
export function parseEvents(log: string, at: (uptime: number) => number): LogEvent[] {
  return log.split("\n").flatMap((line) => {
    const [, time, text = ""] = LINE.exec(line) ?? [];
    if (time === undefined) return [];
    for (const [pattern, event] of PATTERNS) {
      const m = pattern.exec(text);
      if (m) return [{ at: at(Number(time) * 1000), ...event(m) }];
    }
    return [];
  });
}

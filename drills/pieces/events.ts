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
    | "failed"
    | "alert";
  /** The node that is meant, for operations the resource, for an alert its text. */
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
const LINE = /^\[\s*(\d+\.\d+)\] \S+ ([^:[]+)[^:]*: (.*)$/;
/** A request that came while the same one was under way: it ends with that one, and Pacemaker reports both, though the node is fenced once. */
const MERGED = /Operation '\w+' targeting (\S+) by \S+ for (\S+) \(merged\):/;
const REPORTED = /Peer (\S+) was(?: not)? terminated \(\w+\) by \S+ on behalf of (\S+):/;

/** As the watch of the maintenance calls itself where it tells somebody. */
export const TELLER = "qvd-ha";

/**
 * Reads the log of Corosync, Pacemaker 2.1 and the alerts.
 * @param at our time, in milliseconds since 1970, of a moment given in milliseconds since the node's boot: its clock may be wrong, or be put
 *   right in the middle of a drill
 */
export function parseEvents(log: string, at: (uptime: number) => number): LogEvent[] {
  const merged = new Set<string>();
  return log.split("\n").flatMap((line) => {
    const [, time, program, text = ""] = LINE.exec(line) ?? [];
    if (time === undefined) return [];
    if (program === TELLER) return [{ at: at(Number(time) * 1000), what: "alert", subject: text }];
    const [, target, asker] = MERGED.exec(text) ?? [];
    if (target !== undefined) merged.add(`${target} ${asker}`);
    const [, victim, client] = REPORTED.exec(text) ?? [];
    if (merged.delete(`${victim} ${client}`)) return [];
    for (const [pattern, event] of PATTERNS) {
      const m = pattern.exec(text);
      if (m) return [{ at: at(Number(time) * 1000), ...event(m) }];
    }
    return [];
  });
}

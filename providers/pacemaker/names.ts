import { canonicalDuration } from "./duration";

/** Options whose value is a length of time; the rest is compared as text. */
const DURATIONS = new Set([
  "cluster-delay",
  "cluster-recheck-interval",
  "dc-deadtime",
  "election-timeout",
  "failure-timeout",
  "fence-reaction-timeout",
  "join-finalization-timeout",
  "join-integration-timeout",
  "node-pending-timeout",
  "priority-fencing-delay",
  "shutdown-escalation",
  "shutdown-lock-limit",
  "stonith-timeout",
  "stonith-watchdog-timeout",
  "timeout",
  "interval",
  "transition-delay",
]);

const BOOLEANS = new Set([
  "allow-unhealthy-nodes",
  "concurrent-fencing",
  "enable-acl",
  "enable-startup-probes",
  "globally-unique",
  "interleave",
  "notify",
  "ordered",
  "promotable",
  "remove-after-stop",
  "shutdown-lock",
  "start-failure-is-fatal",
  "startup-fencing",
  "stonith-enabled",
  "stop-all-resources",
  "stop-orphan-actions",
  "stop-orphan-resources",
  "symmetric-cluster",
]);

/** Newer or older names of the same option, to the one that every supported version accepts. */
const ALIASES: Readonly<Record<string, string>> = {
  "fencing-enabled": "stonith-enabled",
  "fencing-action": "stonith-action",
  "fencing-timeout": "stonith-timeout",
  "fencing-max-attempts": "stonith-max-attempts",
  "fencing-watchdog-timeout": "stonith-watchdog-timeout",
  "fencing-reaction": "fence-reaction",
  "master-max": "promoted-max",
  "master-node-max": "promoted-node-max",
  default_action_timeout: "default-action-timeout",
};

export const canonicalName = (name: string): string => ALIASES[name] ?? name;

export function canonicalBoolean(value: string): string {
  if (/^(true|yes|on|y|1)$/i.test(value)) return "true";
  return /^(false|no|off|n|0)$/i.test(value) ? "false" : value;
}

/** The one way in which we write an option's value, so that equal meaning is equal text. */
export function canonicalValue(name: string, value: string): string {
  if (DURATIONS.has(name)) return canonicalDuration(value);
  if (BOOLEANS.has(name)) return canonicalBoolean(value);
  return /^[+]?infinity$/i.test(value) ? "INFINITY" : value.replace(/^-infinity$/i, "-INFINITY");
}

export const canonicalOptions = (options: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [canonicalName(name), canonicalValue(canonicalName(name), value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** crmsh and older texts write `inf`; a score is a whole number or an infinity. */
export const canonicalScore = (score: string): string =>
  score
    .replace(/^[+]?(inf|infinity)$/i, "INFINITY")
    .replace(/^-(inf|infinity)$/i, "-INFINITY")
    .replace(/^\+(?=\d)/, "");

const ROLES: Readonly<Record<string, string>> = { master: "Promoted", slave: "Unpromoted" };

export const canonicalRole = (role: string): string => ROLES[role.toLowerCase()] ?? role;

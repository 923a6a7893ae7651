/**
 * critical: the service is down or data is in danger. serious: the next fault takes the service down.
 * warning: becomes one of these, or hides one. note: worth knowing; nothing has to be done.
 */
export const SEVERITIES = ["critical", "serious", "warning", "note"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing that is wrong. */
export interface Finding {
  /** Name of the rule that found it. */
  readonly rule: string;
  readonly severity: Severity;
  /** A node's name, or `cluster`. */
  readonly where: string;
  readonly what: string;
  /** Since when, as whoever tells it prints it; undefined where nobody knows. */
  readonly since?: string;
  /** Why it matters. */
  readonly why: string;
  /** What to type next, in order: complete lines for the shell in this checkout. Empty: wait. */
  readonly next: readonly string[];
}

const rank = (f: Finding): number => SEVERITIES.indexOf(f.severity);

/** Worst first; of equal ones in the order of the rules, which is that in which they are mended. */
export const sorted = (all: readonly Finding[]): Finding[] =>
  all
    .map((f, i) => [f, i] as const)
    .sort(([a, i], [b, j]) => rank(a) - rank(b) || i - j)
    .map(([f]) => f);

/** Whether anything has to be done; notes alone are none. */
export const sound = (all: readonly Finding[]): boolean => all.every((f) => f.severity === "note");

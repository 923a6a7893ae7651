import type { Rule } from "./rule";

/** What could not be understood: silence about it would look like health. */
export const unread: Rule = (l) =>
  Object.entries(l.r.details).flatMap(([where, { unread: facts }]) =>
    Object.entries(facts).map(([fact, error]) => ({
      severity: "warning" as const,
      where,
      what: `"${fact}" cannot be read: ${error.slice(0, 120)}`,
      why: "what is wrong there is not seen",
      next: [l.make("doctor", { ARGS: "--json" })],
    })),
  );

import { scoreName } from "../../status/ids";
import type { Rule } from "./rule";

/**
 * A node whose disk is as good as the other's, and of which Pacemaker does not know that. It forgets what it knew of a node whose controller has died, and what keeps those values does not
 * write again what has not changed.
 */
export const score: Rule = (l) =>
  l.reached.flatMap(([where, { drbd }]) =>
    drbd?.disk === "UpToDate" &&
    l.v !== undefined &&
    !l.v.maintenance &&
    l.serving(where) &&
    l.v.attributes[where]?.[scoreName(l.ids)] === undefined
      ? [
          {
            severity: "serious" as const,
            where,
            what: "Pacemaker has no promotion score of it, though its disk is UpToDate",
            why: "it would not be promoted",
            next: [l.on(where, "attrd_updater --refresh")],
          },
        ]
      : [],
  );

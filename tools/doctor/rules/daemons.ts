import { isClock } from "../facts/units";
import type { Rule } from "./rule";

/** Corosync or Pacemaker that does not run on a node that is up. */
export const daemons: Rule = (l) =>
  l.reached.flatMap(([where]) => {
    const dead = (l.details(where).units?.needed ?? []).filter((u) => !isClock(u) && !u.active);
    if (dead.length === 0) return [];
    const names = dead.map((u) => u.name.replace(".service", ""));
    const ends = dead.map((u) => u.result).filter((r) => r !== "" && r !== "success");
    const since = dead.map((u) => u.since).find((s) => s !== undefined);
    const elsewhere = l.v?.quorum === true && l.active !== undefined && l.active !== where;
    return [
      {
        severity: elsewhere ? ("serious" as const) : ("critical" as const),
        where,
        what: `${names.join(" and ")} ${names.length === 1 ? "does" : "do"} not run${ends.length ? ` (${ends.join(", ")})` : ""}`,
        ...(since ? { since } : {}),
        why: elsewhere ? "nobody is left to take over" : "the cluster does not run here, and the service may be down",
        next: [
          l.on(where, `systemctl reset-failed ${names.join(" ")}`),
          l.on(where, "systemctl start corosync pacemaker"),
        ],
      },
    ];
  });

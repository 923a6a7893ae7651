import { isClock } from "../facts/units";
import type { Rule, Said } from "./rule";

const plain = (name: string): string => name.replace(/\.service$/, "");

/** What starts at boot and must not, and the other way round. */
export const boot: Rule = (l) =>
  l.reached.flatMap(([where]): Said[] => {
    const { units } = l.details(where);
    if (!units) return [];
    const starts = units.forbidden.filter((u) => u.enabled).map((u) => plain(u.name));
    const missing = units.needed.filter((u) => !u.enabled && !isClock(u)).map((u) => plain(u.name));
    return [
      ...(starts.length > 0
        ? [
            {
              severity: "warning" as const,
              where,
              what: `${starts.join(" and ")} would start at boot, beside the cluster`,
              why: "after the next boot it fights Pacemaker for the disk or the data",
              next: [l.on(where, `systemctl disable ${starts.join(" ")}`)],
            },
          ]
        : []),
      ...(missing.length > 0
        ? [
            {
              severity: "warning" as const,
              where,
              what: `${missing.join(" and ")} ${missing.length === 1 ? "does" : "do"} not start at boot`,
              why: "after the next boot, fencing included, the node does not come back into the cluster",
              next: [l.on(where, `systemctl enable ${missing.join(" ")}`)],
            },
          ]
        : []),
    ];
  });

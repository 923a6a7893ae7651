import { isClock } from "../facts/units";
import type { Rule, Said } from "./rule";

/** Seconds by which a clock may differ without QVD or a log being misled. */
const TOLERATED = 2;

/** Clocks: that they are kept, and that they are right. */
export const clock: Rule = (l) =>
  l.reached.flatMap(([where]): Said[] => {
    const { machine, time, units } = l.details(where);
    const { asked = 0, answered = Infinity } = l.r.details[where] ?? {};
    const unit = units?.needed.find(isClock);
    // What lies outside of the time in which it was asked is surely off.
    const off = machine
      ? Math.max(asked - machine.clock, machine.clock - answered, Math.abs(time?.offsetSeconds ?? 0))
      : 0;
    const why = "QVD compares the database's time across a failover, and logs cannot be told from each other";
    if (unit && !unit.active)
      return [
        {
          severity: "warning",
          where,
          what: `nothing keeps the clock: ${unit.name.replace(".service", "")} does not run${off > TOLERATED ? `, and it is off by at least ${off.toFixed(0)} s` : ""}`,
          ...(unit.since ? { since: unit.since } : {}),
          why,
          next: [l.on(where, `systemctl enable --now ${unit.name.replace(".service", "")}`)],
        },
      ];
    if (off > TOLERATED)
      return [
        {
          severity: "warning",
          where,
          what: `the clock is off by at least ${off.toFixed(0)} s`,
          why,
          next: [l.on(where, "systemctl restart chrony"), l.on(where, "chronyc waitsync 30 0.5 0 2")],
        },
      ];
    if (time && !time.synchronised)
      return [
        {
          severity: "warning",
          where,
          what: "the clock is not synchronised: no time server answers",
          why,
          next: [l.on(where, "chronyc -n sources"), l.on(where, "systemctl restart chrony")],
        },
      ];
    return [];
  });

import { nodesOf } from "../../status/crmMon";
import type { Rule } from "./rule";

/** The database's address, where the cluster says that it is. */
export const address: Rule = (l) => {
  if (!l.v) return [];
  const [there] = nodesOf(l.v, l.ids.address, "Started");
  const own = there === undefined ? undefined : l.report(there);
  if (there === undefined || !own || own.address) return [];
  return [
    {
      severity: "critical",
      where: there,
      what: `${l.r.address} is missing, though ${l.ids.address} counts as started`,
      why: l.v.maintenance
        ? "no client gets in, and in maintenance mode nobody puts it back"
        : "no client gets in until the next look at it",
      next: [
        ...(l.v.maintenance ? [l.make("maintenance", { MODE: "off" })] : []),
        l.on(there, `crm_resource --refresh --resource ${l.ids.address}`),
      ],
    },
  ];
};

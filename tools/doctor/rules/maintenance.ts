import type { Look } from "../look";
import type { Rule, Said } from "./rule";

/** Resources that somebody has taken out of the cluster's hands. */
function unmanaged(l: Look): Said[] {
  const told = l.reached.flatMap(([, n]) => n.kept).filter((k) => k.what === "meta");
  const all = told.filter((k) => /^(is-managed=false|maintenance=true)$/.test(k.detail));
  return [...new Set(all.map((k) => `${k.id} ${k.detail}`))].map((one) => {
    const [id = "", detail = ""] = one.split(" ");
    return {
      severity: "serious",
      where: "cluster",
      what: `${id} is not managed (${detail})`,
      why: "the cluster neither starts nor stops nor moves it",
      next: [l.on(l.spokesman, `crm_resource --resource ${id} --meta --delete-parameter ${detail.split("=")[0]}`)],
    };
  });
}

/** The cluster was told to leave everything as it is. */
export const maintenance: Rule = (l) => {
  const held = Object.values(l.r.details).some((d) => d.held);
  return [
    ...(l.v?.maintenance
      ? [
          {
            severity: "serious" as const,
            where: "cluster",
            what: held
              ? "maintenance mode is on, by a deployment that starts Corosync again, or was interrupted at it"
              : "maintenance mode is on",
            why: "nothing is done about failures, and nobody takes over",
            next: held ? [l.make("up")] : [l.make("maintenance", { MODE: "off" })],
          },
        ]
      : []),
    ...(l.halted
      ? [
          {
            severity: "critical" as const,
            where: "cluster",
            what: "every resource was told to stop (stop-all-resources)",
            why: "the service is down",
            next: [l.on(l.spokesman, "crm_attribute --name stop-all-resources --delete")],
          },
        ]
      : []),
    ...unmanaged(l),
  ];
};

import { CLUSTER_CONFIG, drbdFile } from "../facts/files";
import { REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

/** The cluster's configuration and the files behind it, which are the same on both nodes. */
export const configuration: Rule = (l) => {
  const members = l.reached.filter(([n, report]) => l.online(n) && report.configuration !== undefined);
  const versions = new Set(members.map(([, report]) => report.configuration));
  const paths = [CLUSTER_CONFIG, drbdFile(l.r.resource)];
  const differ = paths.filter((path) => {
    const sums = l.reached.flatMap(([n]) => l.details(n).files?.byPath[path]?.sha256 ?? []);
    return new Set(sums).size > 1;
  });
  const missing = l.reached.flatMap(([where]) => {
    const files = l.details(where).files;
    return files ? paths.filter((p) => !files.byPath[p]).map((p) => [where, p] as const) : [];
  });
  const said = (where: string, what: string, why: string): Said => ({
    severity: "warning",
    where,
    what,
    why,
    next: [l.make("drift"), l.make(...REPAIR)],
  });
  return [
    ...(versions.size > 1
      ? [
          {
            severity: "warning" as const,
            where: "cluster",
            what: `the nodes hold different configurations of the cluster: ${members.map(([n, m]) => `${n} ${m.configuration}`).join(", ")}`,
            why: "whoever leads next decides by another one; right after a change it goes by itself",
            next: [l.make("doctor"), l.on(l.v?.dc ?? l.spokesman, "cibadmin --sync")],
          },
        ]
      : []),
    ...missing.map(([n, p]) => said(n, `${p} is missing`, "the daemon does not start here the next time")),
    ...differ.map((p) => said("cluster", `${p} is not the same on both nodes`, "somebody has changed one by hand")),
  ];
};

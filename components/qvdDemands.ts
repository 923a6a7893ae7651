import { demands } from "@qvd-ha/providers/dist/qvd/demands";
import type { Demand } from "@qvd-ha/providers/dist/qvd/demands";
import type { Settings } from "./config/schema";
import { failoverBound } from "./failoverBound";

/** What QVD asks of its database by these settings; nothing where QVD is left to its administrator. */
export function qvdDemands(s: Settings): Demand[] {
  if (!s.qvd) return [];
  const { authentication, connectionLimit, settings } = s.database;
  return demands({
    boundSeconds: failoverBound(s).total,
    qvdNodes: s.qvd.nodes,
    logins: s.qvd.logins,
    connectionLimit,
    authentication,
    settings,
  });
}

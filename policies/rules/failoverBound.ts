import { failoverBound as bound, QVD_LIMIT_SECONDS } from "@qvd-ha/providers/dist/pacemaker/bound";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import { configurationOf } from "../cluster";
import type { Resource, StackPolicy, Violation } from "../policy";
import { CONFIGURATION, known, MEMBERSHIP } from "../resource";

const DEFAULT_TOKEN_MS = 5000;

/** The group that runs where the data is promoted. */
function service(c: Configuration): { group: string; clone: string } | undefined {
  const found = Object.values(c.elements).find(
    (e) => e.kind === "colocation" && e.withRole === "Promoted" && c.elements[e.resource]?.kind === "group",
  );
  return found?.kind === "colocation" ? { group: found.resource, clone: found.withResource } : undefined;
}

function judge(cluster: Resource, membership: Resource | undefined): Violation[] {
  const configuration = configurationOf(cluster);
  const ids = service(configuration);
  if (!ids)
    return [
      { message: "nothing is bound to a promoted clone: how long a failover takes cannot be told", urn: cluster.urn },
    ];
  const tokenMs = Number((membership && known(membership, "token")) ?? DEFAULT_TOKEN_MS);
  const consensus = membership && known(membership, "consensus");
  const { finding } = bound({
    configuration,
    ...ids,
    tokenMs,
    ...(consensus === undefined ? {} : { consensusMs: Number(consensus) }),
  });
  return finding ? [{ message: finding.reason, urn: cluster.urn }] : [];
}

export const failoverBound: StackPolicy = {
  name: "failover-bound",
  description: `The longest failover that the timers allow stays below the ${QVD_LIMIT_SECONDS} s after which QVD gives up.`,
  judgeStack: (resources) => {
    const membership = resources.find((r) => r.type === MEMBERSHIP);
    return resources.filter((r) => r.type === CONFIGURATION).flatMap((r) => judge(r, membership));
  },
};

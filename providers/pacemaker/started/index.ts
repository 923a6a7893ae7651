import type { Fact, Seen } from "../../fact";
import type { Kind } from "../../kind";
import { lines, raw } from "../../remote";
import { nothing, plan as stages } from "../../step";
import type { ClusterStatus } from "../status";
import { parseStatus } from "../status";
import { held, places, reached } from "./evaluate";
import { SHARED_STATUS } from "./shared";
import type { StartedSpec } from "./spec";
import { startedSchema } from "./spec";
import { untilStarted } from "./wait";

const status: Fact<ClusterStatus | undefined> = {
  command: { script: lines(SHARED_STATUS, raw(`status\nprintf '%s\\n' "$seen"`)) },
  parse: ({ stdout }) => parseStatus(stdout),
};
const facts = { status };
type StartedSeen = Readonly<Record<string, Seen<typeof facts>>>;

/** The first node whose cluster answers, one with quorum before one without. */
function spokesman(seen: StartedSeen): { node: string; status: ClusterStatus } | undefined {
  const nodes = Object.entries(seen).flatMap(([node, s]) => (s.status ? [{ node, status: s.status }] : []));
  return nodes.find((n) => n.status.quorum) ?? nodes[0];
}

/** One primitive of the committed configuration, awaited: it fails where it belongs, with Pacemaker's exit reason. It changes nothing on any node. */
export const started: Kind<StartedSpec, typeof facts> = {
  name: "started",
  harmless: true,
  shared: true,
  schema: startedSchema,
  id: (spec) => spec.resource,
  facts: () => facts,
  live(known, seen) {
    const from = spokesman(seen);
    return from && (reached(known, from.status) || held(known, from.status)) ? known : undefined;
  },
  plan(wanted, seen) {
    const from = spokesman(seen);
    if (!from)
      throw new Error(
        `no cluster runs on ${Object.keys(wanted.connections).join(" or ")}: ${wanted.resource} cannot be awaited`,
      );
    if (held(wanted, from.status))
      return nothing(`${wanted.resource} is kept from running by its operator (target-role)`);
    if (reached(wanted, from.status)) return nothing(`${wanted.resource} is ${wanted.expected}`);
    const inside = wanted.within === undefined ? "" : ` in ${wanted.within}`;
    const reason = `wait until ${wanted.resource}${inside} is ${wanted.expected}, up to ${wanted.timeoutSeconds} s`;
    return stages([[{ node: from.node, reason, command: untilStarted(wanted) }]]);
  },
  // Where it ran when it was deployed: that it moved since is no drift.
  outputs(spec, seen, before) {
    const from = spokesman(seen);
    return { nodes: before?.["nodes"] ?? (from ? places(spec.resource, from.status) : []) };
  },
  outputNames: ["nodes"],
  remove: () => nothing("waiting leaves nothing behind"),
};

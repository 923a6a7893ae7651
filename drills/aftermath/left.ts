import { setTimeout as sleep } from "node:timers/promises";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import { view } from "../../tools/status/read";
import type { Status } from "../../tools/status/read";
import { readStatus } from "../../tools/status/read";
import type { Finding } from "./aftermath";

const TRIES = 3;
const PAUSE_MS = 5_000;

/** Undefined: no node tells. */
function constraints(s: Status): string[] | undefined {
  const telling = Object.values(s.nodes).flatMap((n) => (n.reachable && n.configuration !== undefined ? [n] : []));
  return telling.length === 0 ? undefined : [...new Set(telling.flatMap((n) => n.constraints))];
}

const failCounts = (s: Status): string[] | undefined => view(s)?.failCounts.map((f) => `${f.resource} on ${f.node}`);

const finding = (what: string, found: readonly string[] | undefined): Finding => ({
  what,
  wanted: "none",
  came: found === undefined ? "could not be checked: no node tells of the cluster" : found.join(", ") || "none",
  met: found?.length === 0,
});

/** What the fault has left in the cluster: constraints that only it can have made, and fail-counts that a clean-up does not clear. */
export async function left(d: Deployment, progress: (text: string) => void): Promise<Finding[]> {
  progress("looking for what the fault has left");
  let status = await readStatus(d);
  for (let i = 0; i < TRIES && failCounts(status)?.length !== 0; i++) {
    const node = d.nodes.find((n) => status.nodes[n]?.reachable);
    if (node && failCounts(status))
      await run(connectionOf(d, node), [{ script: sh`crm_resource --cleanup`, timeoutSeconds: 60 }]).catch((e: Error) =>
        progress(`fail-counts were not cleared: ${e.message}`),
      );
    await sleep(PAUSE_MS);
    status = await readStatus(d);
  }
  return [
    finding("constraints left behind", constraints(status)),
    finding("fail-counts after a clean-up", failCounts(status)),
  ];
}

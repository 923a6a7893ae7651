import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";

/** Whether anybody is told of alerts here: the watch runs on every node. */
export async function alertsOn(d: Deployment): Promise<boolean> {
  const answers = await Promise.all(
    d.nodes.map((n) => run(connectionOf(d, n), [{ script: sh`systemctl is-active qvd-ha-watch.service` }])),
  );
  return answers.every(([a]) => a?.stdout.trim() === "active");
}

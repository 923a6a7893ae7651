import { join } from "node:path";
import { cibWith } from "../../pacemaker/cluster";
import { development } from "../../pacemaker/development";
import { tool } from "../../pacemaker/tools";
import type { scratch } from "../../pacemaker/tools";

/** The stack dev's configuration with a status in which everything runs, played by crm_simulate. */
export async function healthyCib(s: ReturnType<typeof scratch>): Promise<string> {
  const good = { attributes: { pingd: "100", "master-p_drbd_postgres": "10000" } };
  const cold = s.file("cold.xml", cibWith(await development(), "pacemaker-3.9", { qvddb1: good, qvddb2: good }));
  const [once, healthy] = [join(s.dir, "once.xml"), join(s.dir, "healthy.xml")];
  for (const [from, to] of [
    [cold, once],
    [once, healthy],
  ] as const)
    if (tool("crm_simulate", ["-S", "-x", from, "-O", to]).code !== 0) throw new Error("crm_simulate failed");
  return healthy;
}

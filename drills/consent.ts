import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../tools/status/deployment";
import { connectionOf } from "../tools/status/deployment";
import type { Fault } from "./faults/fault";
import { NotReady } from "./precheck";

/** What a person has to write to let a drill break a cluster: its name, as Corosync knows it, and the database's address, which no other has. */
export const consentName = (cluster: string, address: string): string => `${cluster}@${address}`;

/** Why a drill may not run here; undefined when it may. */
export function refusal(fault: Fault, inLab: boolean, wanted: string, given: string | undefined): string | undefined {
  if (inLab) return undefined;
  if (fault.where === "lab")
    return `${fault.name} risks data or the machine itself: it runs in the embedded lab only, whatever the consent`;
  if (given === wanted) return undefined;
  const said = given === undefined ? "" : `; the consent given is for "${given}"`;
  return `this is a real cluster, and ${fault.name} breaks it for real: consent with CONSENT=${wanted}${said}`;
}

/** The cluster's name and address, by the first node that tells. @throws NotReady when none does */
export async function clusterOf(d: Deployment): Promise<string> {
  for (const node of d.nodes) {
    const script = sh`corosync-cmapctl -g totem.cluster_name`;
    const [answer] = await run(connectionOf(d, node), [{ script }]).catch(() => []);
    const name = /= (\S+)/.exec(answer?.stdout ?? "")?.[1];
    if (name !== undefined) return consentName(name, d.address);
  }
  throw new NotReady([`no node tells the cluster's name: Corosync runs on neither ${d.nodes.join(" nor ")}`]);
}

/** @throws NotReady without consent to exactly this cluster; the embedded lab needs none */
export async function demandConsent(d: Deployment, fault: Fault, given: string | undefined): Promise<void> {
  if (d.lab) return;
  const why = refusal(fault, false, await clusterOf(d), given);
  if (why !== undefined) throw new NotReady([why]);
}

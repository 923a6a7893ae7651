import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { raw, run } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import type { PowerVerb } from "./action";

const exec = promisify(execFile);

/** What a drill may do to a node from outside of it. Errors carry virsh's own message. */
export interface Switch {
  virsh(verb: PowerVerb): Promise<void>;
  /** Runs bash with `$domain` and `$uri` set. */
  script(script: string): Promise<void>;
}

function lab(uri: string, domain: string): Switch {
  // In the lab libvirt is at hand; going round by SSH would only add its seconds to the moment of the fault.
  const env = { ...process.env, domain, uri };
  return {
    virsh: async (verb) => void (await exec("virsh", ["-q", "-c", uri, verb, domain])),
    script: async (script) => void (await exec("bash", ["-euo", "pipefail", "-c", script], { env })),
  };
}

/** @throws Error when nobody may log in to the node's hypervisor */
export function switchOf(d: Deployment, node: string): Switch {
  const [, hypervisor] = Object.entries(d.hypervisors ?? {}).find(([, h]) => h.domains[node] !== undefined) ?? [];
  const domain = hypervisor?.domains[node] ?? node;
  if (d.lab) return lab(d.lab.libvirtUri, domain);
  const connection = hypervisor?.connection;
  if (!connection) throw new Error(`no log-in to the hypervisor of ${node} is known: a drill cannot cut its power`);
  const script = async (text: string): Promise<void> => {
    const head = `domain=${JSON.stringify(domain)} uri=qemu:///system\n`;
    const [answer] = await run(connection, [{ script: raw(head + text) }]);
    if (answer?.code !== 0) throw new Error(`${domain} on its hypervisor: ${answer?.stderr.trim()}`);
  };
  return { script, virsh: (verb) => script(`virsh -q -c "$uri" ${verb} "$domain"`) };
}

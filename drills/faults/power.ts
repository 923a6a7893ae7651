import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";

/** The power switches of the pair: libvirt's, in the lab or on the hypervisors. */
export interface Power {
  /** What virsh calls it: `destroy`, `suspend`, `resume`, `start`. @throws Error with virsh's message */
  virsh(verb: "destroy" | "suspend" | "resume" | "start", node: string): Promise<void>;
}

interface Switch {
  readonly domain: string;
  call(verb: string): Promise<void>;
}

function switchOf(d: Deployment, node: string): Switch {
  const [, hypervisor] = Object.entries(d.hypervisors ?? {}).find(([, h]) => h.domains[node] !== undefined) ?? [];
  const domain = hypervisor?.domains[node] ?? node;
  const { lab } = d;
  // In the lab libvirt is at hand; going round by SSH would only add its seconds to the moment of the fault.
  if (lab)
    return {
      domain,
      call: async (verb) => void (await promisify(execFile)("virsh", ["-q", "-c", lab.libvirtUri, verb, domain])),
    };
  const connection = hypervisor?.connection;
  if (!connection) throw new Error(`no log-in to the hypervisor of ${node} is known: a drill cannot cut its power`);
  return {
    domain,
    call: async (verb) => {
      const [answer] = await run(connection, [{ script: sh`virsh -q ${verb} ${domain}` }]);
      if (answer?.code !== 0) throw new Error(`virsh ${verb} ${domain}: ${answer?.stderr.trim()}`);
    },
  };
}

export function powerOf(d: Deployment): Power {
  return { virsh: (verb, node) => switchOf(d, node).call(verb) };
}

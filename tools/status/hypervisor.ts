import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { raw, run } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "./deployment";

const exec = promisify(execFile);

/** What runs a node, as far as a program of a person's may use it. */
export interface Hypervisor {
  /** The node's domain. */
  readonly domain: string;
  /** Runs bash with `$domain` and `$uri` set, and gives what it printed. @throws Error with its own words */
  script(text: string): Promise<string>;
}

/** The hypervisor of a node; undefined where nobody may log in to it. */
export function hypervisorOf(d: Deployment, node: string): Hypervisor | undefined {
  const [, found] = Object.entries(d.hypervisors ?? {}).find(([, h]) => h.domains[node] !== undefined) ?? [];
  const domain = found?.domains[node] ?? node;
  if (d.lab) {
    // In the lab libvirt is at hand; going round by SSH would only add its seconds to the moment of a fault.
    const env = { ...process.env, domain, uri: d.lab.libvirtUri };
    return {
      domain,
      script: async (text) => (await exec("bash", ["-euo", "pipefail", "-c", text], { env })).stdout,
    };
  }
  const connection = found?.connection;
  if (!connection) return undefined;
  return {
    domain,
    script: async (text) => {
      const head = `domain=${JSON.stringify(domain)} uri=qemu:///system\n`;
      const [answer] = await run(connection, [{ script: raw(head + text) }]);
      if (answer?.code !== 0) throw new Error(`${domain} on its hypervisor: ${answer?.stderr.trim()}`);
      return answer.stdout;
    },
  };
}

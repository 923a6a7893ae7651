import { hypervisorOf } from "../../tools/status/hypervisor";
import type { Deployment } from "../../tools/status/deployment";
import type { PowerVerb } from "./action";

/** What a drill may do to a node from outside of it. Errors carry virsh's own message. */
export interface Switch {
  virsh(verb: PowerVerb): Promise<void>;
  /** Runs bash with `$domain` and `$uri` set. */
  script(script: string): Promise<void>;
}

/** @throws Error when nobody may log in to the node's hypervisor */
export function switchOf(d: Deployment, node: string): Switch {
  const hypervisor = hypervisorOf(d, node);
  if (!hypervisor) throw new Error(`no log-in to the hypervisor of ${node} is known: a drill cannot cut its power`);
  const script = async (text: string): Promise<void> => void (await hypervisor.script(text));
  return { script, virsh: (verb) => script(`LC_ALL=C virsh -q -c "$uri" ${verb} "$domain"`) };
}

import type { PowerVerb } from "./action";

/** Whether libvirt refused only because the domain is so already. */
export const isAlready = (verb: PowerVerb, message: string): boolean =>
  (verb === "destroy" ? /domain is not running/i : /domain is already (active|running)/i).test(message);

/** Whether somebody cut the power of a domain that was just being started, as fencing does. */
export const isOvertaken = (verb: PowerVerb, message: string): boolean =>
  verb === "start" && /terminating on signal \d+/.test(message);

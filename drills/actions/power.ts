import type { Power, PowerVerb, Who } from "./action";

const WORDS: Readonly<Record<PowerVerb, string>> = {
  destroy: "cut the power of",
  start: "switch on",
  suspend: "freeze",
  resume: "thaw",
};
const nodes = (on: Who): string => (on === "both" ? "both nodes at once" : `the ${on} node`);

function power(verb: PowerVerb, on: Who, more: Partial<Power> = {}): Power {
  return { kind: "power", says: `${WORDS[verb]} ${nodes(on)}`, on, verb, ...more };
}

/** The power goes, and whatever becomes of the fault the machine is on in the end: fencing may have done that already. */
export const cutPower = (on: Who): Power => power("destroy", on, { undo: [{ kind: "power", on, verb: "start" }] });
/** Where the cluster fences meanwhile, the machine may be off already. */
export const cutPowerAgain = (on: Who): Power => ({ ...cutPower(on), tolerant: true });
export const switchOn = (on: Who): Power => power("start", on, { tolerant: true });
export const freeze = (on: Who): Power => power("suspend", on, { undo: [{ kind: "power", on, verb: "resume" }] });
/** Whoever was frozen may have been fenced since, and is then no longer there to be thawed. */
export const thaw = (on: Who): Power => power("resume", on, { tolerant: true });

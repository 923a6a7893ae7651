import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionError, raw, run } from "@qvd-ha/providers/dist/remote";
import type { Action, Power, Script } from "./action";
import type { Field } from "./field";
import { selfTest } from "./selfTest";
import { isAlready, isOvertaken } from "./already";

/** What an action may wait for. */
export interface Watcher {
  /** Until `make status` or `make doctor` names such a problem; false when it does not in time. */
  sees(problem: RegExp, seconds: number, by: "status" | "doctor"): Promise<boolean>;
  /** Until a write is acknowledged that was sent after this call; false when none is in time. */
  served(seconds: number): Promise<boolean>;
  readonly signal: AbortSignal;
}

async function script(a: Script, f: Field, node: string): Promise<void> {
  const seconds = a.timeoutSeconds ?? 60;
  try {
    const command = { script: raw(a.script), timeoutSeconds: seconds, ...(a.stdin ? { stdin: a.stdin } : {}) };
    const work = run(f.connection(node), [command]);
    // Whoever is dead sends nothing, not even the end of the connection.
    const [answer] = a.dies ? await Promise.race([work, sleep(10_000, [])]) : await work;
    if (answer && answer.code !== 0 && !a.dies)
      throw new Error(`${a.says}: ${answer.stderr.trim() || `exit status ${answer.code}`}`);
  } catch (e) {
    if (!(a.dies && e instanceof ConnectionError)) throw e;
  }
}

/** From a machine's being killed while it starts until libvirt would start it again, in milliseconds. */
const OVERTAKEN_PAUSE = 1_000;

async function power(a: Power, f: Field, node: string): Promise<void> {
  try {
    await f.switch(node).virsh(a.verb);
  } catch (e) {
    const { message } = e as Error;
    if (!a.tolerant) throw e;
    if (isOvertaken(a.verb, message)) {
      await sleep(OVERTAKEN_PAUSE);
      return power(a, f, node);
    }
    if (!isAlready(a.verb, message)) throw e;
  }
}

/** Does one action, on all its nodes at once. @throws Error in words when it could not be done, or what it waits for did not come */
export async function perform(a: Action, f: Field, w: Watcher): Promise<void> {
  switch (a.kind) {
    case "script":
      await Promise.all(f.nodes(a.on).map((n) => script(a, f, n)));
      return;
    case "power":
      await Promise.all(f.nodes(a.on).map((n) => power(a, f, n)));
      return;
    case "hypervisor":
      await Promise.all(f.nodes(a.on).map((n) => f.switch(n).script(a.script)));
      return;
    case "wait":
      await sleep(a.seconds * 1000, undefined, { signal: w.signal });
      return;
    case "sees":
      if (!(await w.sees(a.problem, a.seconds, a.by))) throw new Error(`${a.says}: it did not in ${a.seconds} s`);
      return;
    case "selfTest":
      return selfTest(a, f);
    case "served":
      if (!(await w.served(a.seconds))) throw new Error(`${a.says}: it did not in ${a.seconds} s`);
  }
}

import type { Command } from "commander";
import type { Deployment } from "../status/deployment";
import { loadDeployment } from "../status/deployment";

/** Exit status: 0 done or sound, 1 not, 2 the program itself failed, 3 refused, or nothing is deployed; nothing was touched then. */
export const enum Exit {
  Unsound = 1,
  Broken = 2,
  Refused = 3,
}

/** What the caller has to change before it makes sense; nothing was touched. */
export class Refused extends Error {
  override name = "Refused";
}

/** What every sub-command is about. The stack's name is for what is advised to be typed. */
export interface Stack {
  readonly name: string;
  deployment(): Promise<Deployment>;
}

/** The stack as the program's own options name it. */
export function stackOf(c: Command): Stack {
  const { outputs } = c.optsWithGlobals<{ outputs?: string }>();
  return { name: process.env.STACK || "dev", deployment: () => loadDeployment(outputs) };
}

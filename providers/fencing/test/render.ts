import { createHash } from "node:crypto";
import type { FenceTestCase, FenceTestSpec } from "./spec";

/** Parameters whose value is a secret; fence agents name them alike. */
const SECRET = /passw|secret|token/i;

/** What the agent reads on standard input; parameters that are Pacemaker's own are not for it. */
export const renderParams = (test: FenceTestCase): string =>
  Object.entries({ ...test.params, action: "status" })
    .filter(([name]) => !name.startsWith("pcmk_"))
    .map(([name, value]) => `${name}=${value}\n`)
    .sort()
    .join("");

/** Names what was tested: another device, agent or parameter is another test. Secrets do not count, so that nothing can be learned from a stamp. */
export function stampOf(spec: Pick<FenceTestSpec, "agent">, test: FenceTestCase): string {
  const plain = Object.entries(test.params).filter(([name]) => !SECRET.test(name));
  const text = JSON.stringify([spec.agent, test.from, test.node, test.device, plain.sort()]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

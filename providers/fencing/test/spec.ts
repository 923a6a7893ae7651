import { z } from "zod";
import type { Finding } from "../../kind";
import { connectionsSchema } from "../../remote";

const testSchema = z.strictObject({
  /** The node on which the agent runs: the one that survives. */
  from: z.string().min(1),
  /** The node that the device would fence. */
  node: z.string().min(1),
  /** The CIB's name of the device; it only names it in messages. */
  device: z.string().min(1),
  /** The device's parameters, those of Pacemaker (`pcmk_…`) included, which the agent does not get. */
  params: z.record(z.string().regex(/^[A-Za-z0-9_]+$/), z.string().regex(/^[^\n]*$/)),
});

/** Proof that every fence device answers for its node, asked from the node that would need it. Nothing is powered. */
export const schema = z.strictObject({
  /** The cluster's nodes. */
  connections: connectionsSchema,
  /** The agent behind `stonith:`. */
  agent: z.string().regex(/^(fence_[a-z0-9_]+|external\/[a-z0-9_-]+)$/, "must be fence_… or external/…"),
  tests: z.array(testSchema).min(1),
  /** Seconds for one test. Default: 120. */
  timeoutSeconds: z.number().int().min(5).max(900).default(120),
});

export type FenceTestSpec = z.infer<typeof schema>;
export type FenceTestCase = FenceTestSpec["tests"][number];

export function rules(spec: FenceTestSpec): Finding[] {
  return spec.tests.flatMap((test, i) => [
    ...(spec.connections[test.from]
      ? []
      : [{ property: `tests[${i}].from`, reason: `no connection to "${test.from}"` }]),
    ...(test.from === test.node
      ? [{ property: `tests[${i}].from`, reason: `"${test.node}" cannot fence itself: name the other node` }]
      : []),
  ]);
}

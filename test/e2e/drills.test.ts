import { existsSync } from "node:fs";
import { join } from "node:path";
import { step } from "./support/steps";
import { must, pulumi, ROOT, standing } from "./support/stack";

// Faults of the cluster on the stack that deployment.test.ts has brought up. Proves what the drills measure, on two guests; the drills' own checks are unit tests.

const MINUTE = 60_000;

describe("the cluster", () => {
  beforeAll(standing);

  for (const time of ["once", "and again, which needs full redundancy back"])
    step(
      `survives a power cut of the active node ${time}`,
      async () => {
        const report = join(ROOT, ".state/test", `power-cut-${time.split(" ")[0]}.json`);
        await must(`make drill FAULT=power-cut ARGS="--no-verify --json ${report}"`);
        expect(existsSync(report)).toBe(true);
      },
      20 * MINUTE,
    );

  step(
    "still has nothing to do after the failovers",
    async () => {
      await must(pulumi("refresh --preview-only --expect-no-changes"));
      await must(pulumi("preview --expect-no-changes"));
    },
    6 * MINUTE,
  );
});

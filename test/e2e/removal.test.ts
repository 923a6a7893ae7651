import { step } from "./support/steps";
import { must, sh, standing, undeployed } from "./support/stack";

// The end of the stack that deployment.test.ts has brought up.

const MINUTE = 60_000;

describe("the stack's end", () => {
  beforeAll(standing);

  afterAll(async () => {
    await sh("make down");
    await sh(". ./env.sh && lab/lab down");
  }, 15 * MINUTE);

  step(
    "goes away in order: no fencing on the way, and nothing is left",
    async () => {
      undeployed();
      const output = await must("make down");
      expect(output).not.toMatch(/error:/);
      // Of this lab: another one may stand beside it.
      const left = await sh(
        '. ./env.sh && { ip netns list; pgrep -af "$QVD_HA_INSTANCE"; mount; ls -d /var/lib/qvd-ha/*; } 2>/dev/null | grep -F "$QVD_HA_INSTANCE" | grep -v grep || true',
      );
      expect(left.output).toBe("");
    },
    15 * MINUTE,
  );
});

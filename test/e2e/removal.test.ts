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
      const left = await sh(
        '. ./env.sh && ip netns list; pgrep -af "$QVD_HA_INSTANCE" | grep -v pgrep; mount | grep "$QVD_HA_INSTANCE"; ls -d /var/lib/qvd-ha/$QVD_HA_INSTANCE* 2>/dev/null; true',
      );
      expect(left.output).not.toContain("e2e-");
    },
    15 * MINUTE,
  );
});

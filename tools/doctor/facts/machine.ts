import type { Fact } from "@qvd-ha/providers/dist/fact";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface Machine {
  /** The node's own clock, in seconds since 1970. */
  readonly clock: number;
  readonly uptimeSeconds: number;
  readonly bootId: string;
  /** Packages were put in that count from the next boot on. */
  readonly rebootRequired: boolean;
}

export const machineFact: Fact<Machine> = {
  command: {
    script: sh`read -r up _ </proc/uptime
echo "up $up"
echo "boot $(</proc/sys/kernel/random/boot_id)"
echo "clock $EPOCHREALTIME"
if [ -e /run/reboot-required ]; then echo reboot-required; fi`,
    timeoutSeconds: 10,
  },
  parse: ({ stdout }) => {
    const value = (key: string): string => new RegExp(`^${key} (\\S+)$`, "m").exec(stdout)?.[1] ?? "";
    if (value("clock") === "") throw new Error(`no clock in "${stdout.slice(0, 200)}"`);
    return {
      clock: Number(value("clock").replace(",", ".")),
      uptimeSeconds: Number(value("up")),
      bootId: value("boot"),
      rebootRequired: /^reboot-required$/m.test(stdout),
    };
  },
};

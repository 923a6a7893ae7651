import type { ManagedFile } from "../jobs/files";
import { timedFiles } from "../jobs/timed";
import { confPath } from "../jobs/unit";
import type { VerifySpec } from "./spec";

export const CONF = confPath("verify");
export const TIMER = "qvd-ha-verify.timer";
export const SERVICE = "qvd-ha-verify.service";

/** Beside the comparison itself: the script's wait after a boot, and what a repair takes. */
const MARGIN_SECONDS = 1500;

export function files(spec: VerifySpec): ManagedFile[] {
  const { connections: _connections, ...settings } = spec;
  return timedFiles({
    name: "verify",
    settings,
    description: `DRBD verify of ${spec.resource}`,
    timeoutSeconds: spec.timeout + MARGIN_SECONDS,
    schedule: spec.schedule,
    // The script waits until a machine that has just booted is done with what it has to do then.
    persistent: true,
  });
}

import type { ManagedFile } from "../jobs/files";
import { timedFiles } from "../jobs/timed";
import { confPath } from "../jobs/unit";
import type { VerifySpec } from "./spec";

export const CONF = confPath("verify");
export const TIMER = "qvd-ha-verify.timer";
export const SERVICE = "qvd-ha-verify.service";

const MARGIN_SECONDS = 600;

export function files(spec: VerifySpec): ManagedFile[] {
  const { connections: _connections, ...settings } = spec;
  return timedFiles({
    name: "verify",
    settings,
    description: `DRBD verify of ${spec.resource}`,
    timeoutSeconds: spec.timeout + MARGIN_SECONDS,
    schedule: spec.schedule,
    // Missed is missed: a machine that has just booted has other things to do with its disk.
    persistent: false,
  });
}

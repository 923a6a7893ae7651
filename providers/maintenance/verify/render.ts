import type { ManagedFile } from "../jobs/files";
import { renderConf } from "../jobs/conf";
import { renderScript } from "../jobs/script";
import { confPath, renderJob, renderTimer, scriptPath, unitPath } from "../jobs/unit";
import type { VerifySpec } from "./spec";

export const CONF = confPath("verify");
export const TIMER = "qvd-ha-verify.timer";
export const SERVICE = "qvd-ha-verify.service";

const MARGIN_SECONDS = 600;

export function files(spec: VerifySpec): ManagedFile[] {
  const { connections: _connections, ...settings } = spec;
  const description = `DRBD verify of ${spec.resource}`;
  const script = scriptPath("verify");
  return [
    { path: script, mode: "755", content: renderScript("verify") },
    { path: CONF, mode: "644", content: renderConf(settings) },
    {
      path: unitPath(SERVICE),
      mode: "644",
      content: renderJob({ description, script, timeoutSeconds: spec.timeout + MARGIN_SECONDS }),
    },
    // Missed is missed: a machine that has just booted has other things to do with its disk.
    {
      path: unitPath(TIMER),
      mode: "644",
      content: renderTimer({ description, schedule: spec.schedule, persistent: false }),
    },
  ];
}

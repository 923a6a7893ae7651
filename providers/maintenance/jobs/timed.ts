import type { Settings } from "./conf";
import { renderConf } from "./conf";
import type { ManagedFile } from "./files";
import { renderScript } from "./script";
import type { Job, Timer } from "./unit";
import { confPath, renderJob, renderTimer, scriptPath, unitPath } from "./unit";

/** A job that a timer runs. */
export interface TimedJob extends Timer, Omit<Job, "script"> {
  /** Of its settings and its units: `qvd-ha-<name>`. */
  readonly name: string;
  /** Name of its script on the nodes. Default: `name`. */
  readonly script?: string;
  readonly settings: Settings;
}

/** What such a job is on a node: script, settings, service and timer. */
export function timedFiles(job: TimedJob): ManagedFile[] {
  const script = scriptPath(job.script ?? job.name);
  const unit = unitPath(`qvd-ha-${job.name}`);
  return [
    { path: script, mode: "755", content: renderScript(job.name) },
    { path: confPath(job.name), mode: "644", content: renderConf(job.settings) },
    { path: `${unit}.service`, mode: "644", content: renderJob({ ...job, script }) },
    { path: `${unit}.timer`, mode: "644", content: renderTimer(job) },
  ];
}

import { deviceOf } from "@qvd-ha/providers/dist/drbd/spec";
import type { State } from "@qvd-ha/providers/dist/drbd/state";
import { stateFact } from "@qvd-ha/providers/dist/drbd/state";
import type { Command } from "@qvd-ha/providers/dist/remote";
import { lines, sh } from "@qvd-ha/providers/dist/remote";

/** A DRBD resource as one node sees it, with what a person waits for. */
export interface DrbdView extends State {
  /** Percent done, while it synchronises or verifies. */
  readonly progress?: number;
  /** DRBD's own estimate of the time left, as `h:mm:ss`. */
  readonly finish?: string;
  /** udev's name of the device, where udev has made none: then nobody can mount what is on it. */
  readonly unnamed?: string;
}

/** Which minor number the resource has, its configuration tells. */
export const drbdCommand = (resource: string): Command => ({
  script: lines(
    sh`echo "@minor $(drbdadm sh-minor ${resource} 2>/dev/null | head -n 1)"
[ -b ${deviceOf({ resource })} ] || echo @unnamed`,
    stateFact(resource, 0).command.script,
  ),
  timeoutSeconds: 10,
});

// 8.4 in /proc/drbd, 9 in JSON.
const PROGRESS = /sync'ed:\s*([\d.]+)%|verified:\s*([\d.]+)%/;
const PROGRESS_9 = /"replication-state": ?"(?:Sync|Paused|Verify)[^}]*"percent-in-sync": ?([\d.]+)/;
const FINISH = /finish: (\S+)/;

/** Reads what `drbdCommand` printed. Undefined where DRBD is down. */
export function parseDrbd(text: string, resource: string): DrbdView | undefined {
  const minor = /^@minor (\d+)$/m.exec(text)?.[1];
  const state = stateFact(resource, Number(minor ?? -1)).parse({ code: 0, stdout: text, stderr: "" });
  if (!state) return undefined;
  const [, sync, verify] = PROGRESS.exec(text) ?? PROGRESS_9.exec(text) ?? [];
  const finish = FINISH.exec(text)?.[1];
  const progress = sync ?? verify;
  return {
    ...state,
    ...(progress ? { progress: Number(progress) } : {}),
    ...(finish ? { finish } : {}),
    ...(/^@unnamed$/m.test(text) ? { unnamed: deviceOf({ resource }) } : {}),
  };
}

/** A disk is being copied to. */
export const copying = (d: DrbdView): boolean =>
  /^(Starting|Paused)?Sync(Source|Target|[ST])$|^WFBitMap|^WFSyncUUID/.test(d.connection);

/** A comparison of the disks goes on beside replication, and takes nothing from it. */
const REPLICATING: readonly string[] = ["Connected", "VerifyS", "VerifyT"];

/** Both disks are good and each sees the other. */
export const redundant = (d: DrbdView): boolean =>
  REPLICATING.includes(d.connection) && d.disk === "UpToDate" && d.peerDisk === "UpToDate";

import type { Telling } from "./fault";

/** Redundancy that is lost is told within so many seconds: the watch looks every 15 s, and believes what it has seen twice. */
const TOLD_WITHIN = 60;
/** A fault that is taken back before need not be told. */
export const LONG_ENOUGH_TO_TELL = TOLD_WITHIN;

const telling = (says: string, message: RegExp, within = TOLD_WITHIN): Telling => ({ says, message, within });

/** Pacemaker's own alert, told by whoever is left. */
export const nodeLost = telling("the node is lost and redundancy with it", /is lost: there is no redundancy/);
/** The same, where the node dies by being fenced, long after the fault. */
export const nodeFenced: Telling = { ...nodeLost, says: `${nodeLost.says}, once it is fenced`, since: "fenced" };
export const routerLost = telling(
  "the router is out of reach and redundancy gone with it",
  /(does not reach|has not reached) the router/,
  // By when Pacemaker itself believes it: three pings with their time-out, at an interval, and a delay.
  TOLD_WITHIN + 30,
);
export const ringLost = (ring: number): Telling =>
  telling(`ring ${ring} is down`, new RegExp(`Corosync's ring ${ring} is down`));
/** Told by both nodes: each sees the other one's disk, too. */
export const diskLost = telling(
  "a disk is gone and redundancy with it",
  /disks (Diskless\/|\w+\/Diskless).*there is no redundancy|its own is Diskless/,
);
export const linkLost = telling(
  "the data is no longer copied and redundancy is gone",
  /is (?!Connected)\w+, disks \w+\/(DUnknown|Outdated): there is no redundancy/,
);
/** After the link was down, which is told by the same word. */
export const standsAlone = telling(
  "DRBD stands alone, and a person must decide",
  /is StandAlone and does not try to connect: after a split brain a person must decide/,
);
export const inMaintenance = telling("maintenance mode is on", /maintenance mode is on/);

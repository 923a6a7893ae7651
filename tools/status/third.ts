import { DEVICE_ANSWERS } from "@qvd-ha/providers/dist/corosync/read";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import { sh } from "@qvd-ha/providers/dist/remote";

/** What stands beside Corosync: the third vote's client, and the watchdog's. */
export interface Third {
  /** By the running daemon's own map, there is to be a third vote; how its client is. Undefined: there is none to be. */
  readonly vote?: { readonly runs: boolean; readonly connected: boolean };
  /** sbd: whether it starts with Corosync, and runs. Undefined where it is not installed. */
  readonly sbd?: { readonly enabled: boolean; readonly active: boolean };
}

/** Where there are only two machines, a death more takes the quorum. */
export const WITHOUT_VOTE = "of three votes one is gone: with the next node that dies, the service stays down";

/** Whether the cluster waits for watchdogs instead of asking a fence device. */
export const countsOnWatchdogs = (c: Configuration | undefined): boolean =>
  Number.parseInt(c?.properties["stonith-watchdog-timeout"] ?? "0", 10) > 0;

export const thirdFact: Fact<Third> = {
  command: {
    script: sh`if corosync-cmapctl -g quorum.device.model >/dev/null 2>&1; then
  echo vote
  if systemctl -q is-active corosync-qdevice; then echo vote-runs; fi
  if timeout 5 ${DEVICE_ANSWERS}; then echo vote-connected; fi
fi
if command -v sbd >/dev/null; then
  echo sbd
  if systemctl -q is-enabled sbd 2>/dev/null; then echo sbd-enabled; fi
  if systemctl -q is-active sbd; then echo sbd-active; fi
fi`,
    timeoutSeconds: 20,
  },
  parse: ({ stdout }) => {
    const said = new Set(stdout.split("\n"));
    return {
      ...(said.has("vote") ? { vote: { runs: said.has("vote-runs"), connected: said.has("vote-connected") } } : {}),
      ...(said.has("sbd") ? { sbd: { enabled: said.has("sbd-enabled"), active: said.has("sbd-active") } } : {}),
    };
  },
};

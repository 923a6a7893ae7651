import type { Connection } from "@qvd-ha/providers/dist/remote";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { LogEvent } from "./events";
import { parseEvents, TELLER } from "./events";

/** A failover is some 300 lines; counted and not asked for by time, as the node's clock may have been stepped. */
const LINES = 4_000;

/**
 * What Corosync, Pacemaker and the alerts on a node logged in its present boot since a moment, in one SSH execution.
 * @param since milliseconds since 1970, by our clock
 * @param at our time of a moment given in milliseconds since the node's boot
 */
export async function readEvents(c: Connection, since: number, at: (uptime: number) => number): Promise<LogEvent[]> {
  const names = ["corosync", "pacemaker-controld", "pacemaker-fenced", TELLER].flatMap((n) => ["-t", n]);
  const [answer] = await run(
    c,
    [
      {
        script: sh`journalctl --no-pager --quiet -b -n ${String(LINES)} -o short-monotonic ${names}`,
        timeoutSeconds: 90,
      },
    ],
    { patienceSeconds: 30 },
  );
  return parseEvents(answer?.stdout ?? "", at).filter((e) => e.at >= since);
}

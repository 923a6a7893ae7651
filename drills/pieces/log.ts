import type { Connection } from "@qvd-ha/providers/dist/remote";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { LogEvent } from "./events";
import { parseEvents, TELLER } from "./events";

/**
 * So many lines are asked for, then so many more where those do not reach back far enough; a failover is some 300. They are counted and not asked for by time, as
 * the node's clock may have been stepped.
 */
const LINES = [4_000, 40_000];
const UPTIME = /^\[\s*(\d+\.\d+)\]/;

/**
 * What Corosync, Pacemaker and the alerts on a node logged in its present boot since a moment.
 * @param since milliseconds since 1970, by our clock
 * @param at our time of a moment given in milliseconds since the node's boot
 * @throws Error when the log cannot be read, holds nothing, or does not reach back to that moment: what it does not say is then no evidence
 */
export async function readEvents(c: Connection, since: number, at: (uptime: number) => number): Promise<LogEvent[]> {
  const names = ["corosync", "pacemaker-controld", "pacemaker-fenced", TELLER].flatMap((n) => ["-t", n]);
  for (const lines of LINES) {
    const [answer] = await run(
      c,
      [
        {
          script: sh`journalctl --no-pager --quiet -b -n ${String(lines)} -o short-monotonic ${names}`,
          timeoutSeconds: 90,
        },
      ],
      { patienceSeconds: 30 },
    );
    if (answer?.code !== 0) throw new Error(`journalctl: ${answer?.stderr.trim() || `exit status ${answer?.code}`}`);
    const said = answer.stdout.split("\n").flatMap((l) => UPTIME.exec(l)?.[1] ?? []);
    if (said.length === 0) throw new Error("it holds nothing of Corosync and Pacemaker since the boot");
    // Fewer lines than were asked for are all of the present boot.
    const whole = said.length < lines || at(Number(said[0]) * 1000) <= since;
    if (whole) return parseEvents(answer.stdout, at).filter((e) => e.at >= since);
  }
  throw new Error(`its newest ${LINES.at(-1)} lines do not reach back to the fault`);
}

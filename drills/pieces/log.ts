import type { Connection } from "@qvd-ha/providers/dist/remote";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { LogEvent } from "./events";
import { parseEvents } from "./events";

const SLACK_MS = 2_000;

/**
 * What Corosync and Pacemaker on a node logged since a moment, in one SSH execution.
 * @param since milliseconds since 1970, by our clock
 * @param offset milliseconds to add to the node's clock to get ours
 */
export async function readEvents(c: Connection, since: number, offset: number): Promise<LogEvent[]> {
  const from = ((since - offset - SLACK_MS) / 1000).toFixed(3);
  const names = ["corosync", "pacemaker-controld", "pacemaker-fenced"].flatMap((n) => ["-t", n]);
  const [answer] = await run(
    c,
    [{ script: sh`journalctl --no-pager --quiet -o short-unix --since ${`@${from}`} ${names}`, timeoutSeconds: 90 }],
    { patienceSeconds: 30 },
  );
  return parseEvents(answer?.stdout ?? "", offset);
}

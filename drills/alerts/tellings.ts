import type { Seen } from "../course";
import type { Telling } from "../faults/fault";
import type { LogEvent } from "../pieces/events";

/** How the watch takes back what it has told. */
const OVER = /^over: /;

/**
 * When each message was handed to whoever is told, by the nodes' own logs. One that came while the fault was still being made counts as told at once: it can
 * only be of the fault.
 */
export const tellings = (
  wanted: readonly Telling[],
  events: readonly LogEvent[],
  injected: number,
  struck: number,
): Seen[] =>
  wanted.map(({ says, message, within, since }) => {
    const first = (what: LogEvent["what"], is: (subject: string) => boolean): LogEvent | undefined =>
      events.find((e) => e.what === what && e.at >= injected && is(e.subject ?? ""));
    const told = first("alert", (text) => message.test(text) && !OVER.test(text));
    const begun = since === undefined ? struck : first(since, (subject) => subject !== "")?.at;
    const after = told && begun !== undefined ? Math.max(0, (told.at - begun) / 1000) : undefined;
    return { says, within, ...(after === undefined || after > within ? {} : { after }) };
  });

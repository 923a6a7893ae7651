import type { Seen } from "../course";
import type { Telling } from "../faults/fault";
import type { LogEvent } from "../pieces/events";

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
  wanted.map(({ says, message, within }) => {
    const told = events.find((e) => e.what === "alert" && e.at >= injected && message.test(e.subject ?? ""));
    const after = told && Math.max(0, (told.at - struck) / 1000);
    return { says, within, ...(after === undefined || after > within ? {} : { after }) };
  });

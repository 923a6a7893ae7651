import type { Fact } from "../fact";
import { sh } from "../remote";
import type { Command } from "../remote";

/** `chronyc -c tracking`: the last field is the leap status, and the reference without a source is 00000000, or 7F7F0101 for the local clock. */
export function parseTracking(text: string): boolean {
  const fields = text.trim().split(",");
  if (fields.length < 14) return false;
  return !["00000000", "7F7F0101"].includes(fields[0] as string) && fields[13] !== "Not synchronised";
}

export const synchronisedFact: Fact<boolean> = {
  command: { script: sh`chronyc -n -c tracking 2>/dev/null || true` },
  parse: ({ stdout }) => parseTracking(stdout),
};

export const awaitSynchronised = (seconds: number): Command => ({
  script: sh`chronyc waitsync ${seconds} 0.5 0 1 >/dev/null || {
  echo "the clock was not synchronised within ${seconds} s; sources:" >&2
  chronyc -n sources >&2 || true
  exit 1
}`,
  timeoutSeconds: seconds * 2 + 60,
});

import type { Fact } from "../fact";
import type { OsFamily } from "../os";
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

/** Servers in any file that chronyd reads, whoever wrote it. */
export function timeSourcesFact({ chrony: { config, confDir, sourceDir } }: OsFamily): Fact<string[]> {
  const more = [
    confDir === undefined ? sh`` : sh`${confDir}/*.conf`,
    sourceDir === undefined ? sh`` : sh`${sourceDir}/*.sources`,
  ];
  return {
    command: {
      script: sh`shopt -s nullglob; for f in ${config} ${more}; do if [ -f "$f" ]; then cat "$f"; echo; fi; done`,
    },
    parse: ({ stdout }) => [...stdout.matchAll(/^[ \t]*server[ \t]+(\S+)/gm)].map((m) => m[1] as string),
  };
}

export const awaitSynchronised = (seconds: number): Command => ({
  script: sh`chronyc waitsync ${seconds} 0.5 0 1 >/dev/null || {
  echo "the clock was not synchronised within ${seconds} s; sources:" >&2
  chronyc -n sources >&2 || true
  exit 1
}`,
  timeoutSeconds: seconds * 2 + 60,
});

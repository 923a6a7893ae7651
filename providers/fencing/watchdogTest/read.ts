import type { Fact, Seen } from "../../fact";
import { sh } from "../../remote";
import type { Sh } from "../../remote";
import type { WatchdogTestSpec } from "./spec";

/** Says what is missing, one line each; nothing where sbd runs with that time-out, holds the watchdog, and the cluster knows of it. */
export const missing = ({
  device,
  timeoutSeconds,
}: WatchdogTestSpec): Sh => sh`if ! systemctl -q is-active sbd; then echo "sbd does not run"; else
  w=$(basename ${device}); [ "$w" != watchdog ] || w=watchdog0
  t=$(cat "/sys/class/watchdog/$w/timeout" 2>/dev/null) || t=unknown
  [ "$t" = ${timeoutSeconds} ] || echo "the watchdog's time-out is $t instead of ${timeoutSeconds} s"
  fuser -s ${device} 2>/dev/null || echo ${`nobody holds ${device} open, so it resets nothing`}
fi
cibadmin --query --xpath "//crm_config//nvpair[@name='have-watchdog' and @value='true']" >/dev/null 2>&1 || echo "Pacemaker says of itself that it has no watchdog"`;

export const facts = (spec: WatchdogTestSpec): { missing: Fact<string[]> } => ({
  missing: {
    command: { script: missing(spec) },
    parse: ({ stdout }) => stdout.split("\n").filter((l) => l !== ""),
  },
});

export type WatchdogTestSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

import { sh } from "../../remote";
import { jobKind } from "../jobs/jobKind";
import type { Condition } from "../jobs/jobKind";
import { CHECK_SERVICE, CHECK_TIMER, CONF, JOB, KEY, notes, SERVICE, TIMER } from "./paths";
import { files } from "./render";
import { schema } from "./spec";
import type { PitrSpec } from "./spec";

export type { PitrSpec } from "./spec";

/** Long enough for the first look at a slow third host, and a piece of the log to get there. */
const PREPARING_SECONDS = 600;

/** On the node that is active; its peer has nothing to prepare. The note lies on the replicated disk and says what was prepared where. */
function prepared(spec: PitrSpec): Condition {
  const { resource, dataDirectory, stanza, repository, account } = spec;
  return {
    reason: `make the place for the backups of ${stanza} on ${repository.host}, and see a piece of the log arrive there`,
    holds: sh`drbdadm role ${resource} | grep -q ^Primary || exit 0
grep -qx ${`repository=${account}@${repository.host}:${repository.directory}/${stanza}`} ${notes(dataDirectory).prepared}`,
    make: sh`${JOB} prepare`,
    timeoutSeconds: PREPARING_SECONDS,
    last: true,
  };
}

export const pitr = jobKind<PitrSpec>({
  name: "point in time",
  schema: schema as never,
  files,
  conf: CONF,
  units: [TIMER, CHECK_TIMER],
  jobs: [SERVICE, CHECK_SERVICE],
  secrets: { privateKey: KEY },
  // The third host may be another one, or have nothing any more, when it is switched on again.
  notes: (spec) => Object.values(notes(spec.dataDirectory)),
  conditions: (spec) => [
    {
      reason: "pgBackRest is not installed (Debian: apt-get install pgbackrest)",
      holds: sh`command -v pgbackrest`,
    },
    prepared(spec),
  ],
});

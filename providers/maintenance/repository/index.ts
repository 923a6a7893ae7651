import type { Finding } from "../../kind";
import { sh } from "../../remote";
import { jobKind } from "../jobs/jobKind";
import type { Condition } from "../jobs/jobKind";
import { repositoryPaths } from "../pitr/paths";
import { files } from "./render";
import { passphraseSchema, schema } from "./spec";
import type { RepositorySpec } from "./spec";

export type { RepositorySpec } from "./spec";

function conditions({ account, directory }: RepositorySpec): Condition[] {
  const own = ["repo", "run"].map((d) => `${directory}/${d}`);
  return [
    {
      reason:
        "pgBackRest or socat is not installed (Debian: apt-get install pgbackrest socat; the version of pgBackRest must be that of the nodes)",
      holds: sh`command -v pgbackrest && command -v socat`,
    },
    {
      reason: `make the account ${account}`,
      holds: sh`getent passwd ${account}`,
      make: sh`useradd --system --user-group --no-create-home --home-dir ${directory} --shell /bin/sh --password '*' ${account}`,
    },
    {
      reason: `the home of ${account} is not ${directory}: choose another account, or its home`,
      holds: sh`! getent passwd ${account} || [ "$(getent passwd ${account} | cut -d: -f6)" = ${directory} ]`,
    },
    {
      // The account may write what it has to, and not what says who may log in.
      reason: `make ${directory}`,
      holds: sh`for d in ${own}; do [ "$(stat -c %U:%a "$d")" = ${account}:700 ]; done
[ "$(stat -c %U:%a ${directory})" = root:755 ]`,
      make: sh`install -d -m 755 -o root -g root ${directory} ${`${directory}/.ssh`}
install -d -m 700 -o ${account} -g ${account} ${own}`,
    },
  ];
}

/** The value is not shown. */
function rules(spec: RepositorySpec): Finding[] {
  const said = passphraseSchema.safeParse(spec.passphrase);
  return said.success || spec.passphrase === "(another)"
    ? []
    : [{ property: "passphrase", reason: said.error.issues[0]?.message ?? "" }];
}

/** What was backed up stays when it is removed, and so does the account that owns it. */
export const repository = jobKind<RepositorySpec>({
  name: "repository",
  schema: schema as never,
  rules,
  files,
  conf: ({ stanza }) => repositoryPaths(stanza).conf,
  units: [],
  secrets: ({ stanza }) => ({ passphrase: repositoryPaths(stanza).pgbackrest }),
  conditions,
});

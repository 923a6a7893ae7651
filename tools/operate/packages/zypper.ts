import { sh } from "@qvd-ha/providers/dist/remote";
import type { Manager } from "./manager";
import { POSTGRES } from "./rpm";

/** Parts of its summary that name what is put in. */
const PUT_IN = /<(to-(?:upgrade|install|downgrade|reinstall|change)[\w-]*)>([^]*?)<\/\1>/g;
const PACKAGE =
  /<solvable type="package" name="([^"]+)" edition="([^"]+)"(?: arch="[^"]*")?(?: edition-old="([^"]+)")?/g;

/** SUSE Linux Enterprise Server. */
export const zypper: Manager = {
  program: "zypper",
  postgres: POSTGRES,
  simulate: sh`export LC_ALL=C ZYPP_LOCK_TIMEOUT=600
zypper --non-interactive --quiet refresh >/dev/null
zypper --non-interactive --xmlout --quiet update --no-recommends --dry-run $names`,
  // 102: a boot is due. 103: it has updated itself, and may have more to do.
  update: sh`export LC_ALL=C ZYPP_LOCK_TIMEOUT=600
for run in 1 2; do
  rc=0
  zypper --non-interactive update --no-recommends --auto-agree-with-licenses $names || rc=$?
  case $rc in 0 | 102) exit 0 ;; 103) ;; *) exit "$rc" ;; esac
done`,
  bootDue: sh`rc=0
zypper --non-interactive needs-rebooting >/dev/null 2>&1 || rc=$?
[ "$rc" = 102 ]`,
  parse: (stdout) =>
    [...stdout.matchAll(PUT_IN)].flatMap(([, , part]) =>
      [...(part as string).matchAll(PACKAGE)].map(([, name, fresh, old]) =>
        old === undefined ? `${name} ${fresh}` : `${name} ${old} -> ${fresh}`,
      ),
    ),
};

import { sh } from "@qvd-ha/providers/dist/remote";
import type { Manager } from "./manager";
import { POSTGRES } from "./rpm";

/** Parts of what dnf prints of a transaction that name what is put in. */
const PUT_IN = /^(Upgrading|Installing[\w ]*|Reinstalling|Downgrading):$/;
/** Name, architecture, version, repository and size; what is too wide for its column goes on in the next line. */
const PACKAGE = /^ (\S+)\s+(?:noarch|x86_64|i686|aarch64|ppc64le|s390x)\s+(\S+)\s+\S+\s+[\d.]+ ?[kMG]?B?$/gm;

/** Red Hat Enterprise Linux. */
export const dnf: Manager = {
  program: "dnf",
  postgres: POSTGRES,
  // A repository that is away must not look like one that has nothing new.
  // What `check-update` lists may not be installable, and would be due for ever: so a transaction that nobody agrees to.
  simulate: sh`rc=0
said=$(LC_ALL=C dnf --refresh --setopt='*.skip_if_unavailable=False' --assumeno upgrade $names 2>&1) || rc=$?
printf '%s\n' "$said"
case $rc:$said in 0:* | 1:*'Operation aborted.'*) ;; *) exit 1 ;; esac`,
  update: sh`LC_ALL=C dnf -q -y upgrade $names`,
  // Its exit status is the same where the plugin is missing.
  bootDue: sh`said=$(LC_ALL=C dnf -q needs-restarting --reboothint 2>/dev/null) || true
[[ $said == *'Reboot is required'* ]]`,
  parse: (stdout) =>
    stdout
      .split(/^(?=\S)/m)
      .flatMap((part) =>
        PUT_IN.test(part.split("\n", 1)[0] as string)
          ? [...part.matchAll(PACKAGE)].map(([, name, version]) => `${name} ${version}`)
          : [],
      ),
};

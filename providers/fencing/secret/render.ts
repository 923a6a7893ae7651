import { IPMI_PASSWORD_FILE, IPMI_TOOL, XENAPI_PASSWORD_SCRIPT, XVM_KEY } from "./paths";
import type { FenceSecretSpec } from "./spec";

/** A file on every node, root's. */
export interface SecretFile {
  readonly path: string;
  readonly mode: "600" | "700" | "755";
  readonly content: Buffer;
  /** What it is for, in words. */
  readonly what: string;
}

const script = (password: string): string => `#!/bin/sh
# Managed by qvd-ha: fence_xenapi asks this for its password.
cat <<'QVD_HA_END'
${password}
QVD_HA_END
`;

/** What such a script of ours says; undefined of anything else. */
export const passwordOf = (text: string): string | undefined =>
  /^cat <<'QVD_HA_END'\n([^\n]*)\nQVD_HA_END$/m.exec(text)?.[1];

/** fence_ipmilan hands the password to ipmitool as an argument, which the process list shows. */
const TOOL = `#!/bin/sh
# Managed by qvd-ha: ipmitool with the password from a file instead of an argument.
n=$#
while [ "$n" -gt 0 ]; do
  word=$1
  shift
  n=$((n - 1))
  if [ "$word" = -P ]; then
    shift
    n=$((n - 1))
    set -- "$@" -f ${IPMI_PASSWORD_FILE}
  else
    set -- "$@" "$word"
  fi
done
exec /usr/bin/ipmitool "$@"
`;

/** All files that a secret comes to. */
export function filesOf({ of, secret }: Pick<FenceSecretSpec, "of" | "secret">): readonly SecretFile[] {
  const text = (s: string): Buffer => Buffer.from(s);
  switch (of) {
    case "xvm":
      return [
        { path: XVM_KEY, mode: "600", content: Buffer.from(secret, "base64"), what: "the key shared with fence_virtd" },
      ];
    case "xenapi":
      return [
        {
          path: XENAPI_PASSWORD_SCRIPT,
          mode: "700",
          content: text(script(secret)),
          what: "the script that tells fence_xenapi its password",
        },
      ];
    case "ipmi":
      return [
        {
          path: IPMI_PASSWORD_FILE,
          mode: "600",
          content: text(`${secret}\n`),
          what: "the management boards' password",
        },
        { path: IPMI_TOOL, mode: "755", content: text(TOOL), what: "ipmitool without the password in its arguments" },
      ];
  }
}

import { CONF_PATH, KEY_PATH as AUTHKEY } from "@qvd-ha/providers/dist/corosync/render";
import { GLOBAL_PATH } from "@qvd-ha/providers/dist/drbd/render";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import { CLIENT_CONFIG, KEY_PATH, KNOWN_HOSTS } from "@qvd-ha/providers/dist/fencing/client/paths";
import { sh } from "@qvd-ha/providers/dist/remote";

export const FENCE_KEY = KEY_PATH;
export const FENCE_HOSTS = KNOWN_HOSTS;
export const FENCE_CONFIG = CLIENT_CONFIG;
export const CLUSTER_KEY = AUTHKEY;
export const CLUSTER_CONFIG = CONF_PATH;
export const drbdFile = (resource: string): string => `/etc/drbd.d/${resource}.res`;

export interface File {
  readonly mode: string;
  readonly owner: string;
  readonly size: number;
  /** SHA-256; the content itself is never read back. */
  readonly sha256: string;
}

export interface Files {
  /** By path; what is not there is left out. */
  readonly byPath: Readonly<Record<string, File>>;
  /** Names and addresses of the hypervisors whose keys the nodes know. */
  readonly knownHypervisors: readonly string[];
}

/** Keys and configurations that both nodes must have alike, or have at all. */
export const filesFact = (resource: string): Fact<Files> => ({
  command: {
    script: sh`for f in ${[AUTHKEY, CONF_PATH, GLOBAL_PATH, drbdFile(resource), KEY_PATH, KNOWN_HOSTS, CLIENT_CONFIG]}; do
  if [ -f "$f" ]; then
    read -r sum _ < <(sha256sum <"$f")
    echo "@file $f $(stat -c '%a %U %s' "$f") $sum"
  fi
done
if [ -f ${KNOWN_HOSTS} ]; then sed -n 's/^\([^# ][^ ]*\) .*/@host \1/p' ${KNOWN_HOSTS}; fi`,
    timeoutSeconds: 20,
  },
  parse: ({ stdout }) => ({
    byPath: Object.fromEntries(
      [...stdout.matchAll(/^@file (\S+) (\d+) (\S+) (\d+) ([0-9a-f]{64})$/gm)].map(
        ([, path = "", mode = "", owner = "", size = "", sha256 = ""]) =>
          [path, { mode, owner, size: Number(size), sha256 }] as const,
      ),
    ),
    knownHypervisors: [...stdout.matchAll(/^@host (\S+)$/gm)].flatMap((m) => (m[1] as string).split(",")),
  }),
});

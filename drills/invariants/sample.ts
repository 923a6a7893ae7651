import type { Configuration } from "./configuration";
import { CIB_FILE } from "./configuration";
import { raw } from "@qvd-ha/providers/dist/remote";
import type { Sh } from "@qvd-ha/providers/dist/remote";
import { quote } from "@qvd-ha/providers/dist/remote";

/** A moment of one node, as it came in. */
export interface RawSample {
  readonly node: string;
  /** Counts the connections to the node; a new one may be a new boot. */
  readonly stream: number;
  /** When it arrived here, in milliseconds since 1970. */
  readonly arrived: number;
  /** The node's time since boot, in milliseconds: does not follow a stepped clock. */
  readonly uptime: number;
  /** The node's own clock, in milliseconds since 1970. */
  readonly clock: number;
  /** DRBD's words; undefined where DRBD is down or is none that /proc/drbd describes. */
  readonly connection?: string;
  readonly role?: string;
  readonly disk?: string;
  readonly peerDisk?: string;
  /** The current data generation, without the bit that only says whether the node is Primary. */
  readonly generation?: string;
  readonly mounted: boolean;
  /** Whether anything listens on the database's port. */
  readonly postmaster: boolean;
  readonly address: boolean;
  /** The version of the cluster's configuration on its disk, `admin_epoch.epoch`; undefined where there is none. */
  readonly configuration?: string;
  /** A digest of what that configuration says. */
  readonly content?: string;
}

const portHex = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");

/**
 * A loop that prints one line per period and ends with its connection. It reads files with bash's own words alone and starts no process:
 * on an emulated guest every fork would be felt by what is being measured. Whenever the cluster's configuration on the disk has changed, it is
 * printed as a whole, on a line of its own before the next one.
 *
 * The address counts where it is there before and after DRBD's role is read: so it was there at that moment, however long the reading took.
 */
export const samplerScript = (address: string, port: number, periodSeconds: number, cib = CIB_FILE): Sh =>
  raw(`LC_ALL=C
was=
addressed() { IFS= read -r -d '' t </proc/net/fib_trie; [[ $t == *"|-- "${quote(address)}$'\\n'* ]]; }
while :; do
  cs=- ro=-/- ds=-/- gen=- m=0 p=0 a=0 c=-
  read -r up _ </proc/uptime
  addressed && a=1
  { while read -r _ x y z _; do if [[ $x == cs:* ]]; then cs=\${x#cs:} ro=\${y#ro:} ds=\${z#ds:}; break; fi; done </proc/drbd; } 2>/dev/null
  addressed || a=0
  for f in /sys/kernel/debug/drbd/resources/*/volumes/*/data_gen_id; do { read -r gen <"$f"; } 2>/dev/null; break; done
  IFS= read -r -d '' t </proc/self/mounts; [[ $t == */dev/drbd* ]] && m=1
  for f in /proc/net/tcp /proc/net/tcp6; do { IFS= read -r -d '' t <$f; } 2>/dev/null; [[ $t =~ :${portHex(port)}\\ [0-9A-F]+:0000\\ 0A ]] && p=1; done
  t=; { IFS= read -r t <${quote(cib)}; } 2>/dev/null
  if [[ $t != "$was" ]]; then
    t=; { IFS= read -r -d '' t <${quote(cib)}; } 2>/dev/null
    was=\${t%%$'\\n'*}
    printf 'C %s\\n' "\${t//$'\\n'/ }"
  fi
  [[ $was =~ \\ admin_epoch=\\"([0-9]+)\\" ]] && c=\${BASH_REMATCH[1]} && [[ $was =~ \\ epoch=\\"([0-9]+)\\" ]] && c+=.\${BASH_REMATCH[1]}
  printf 'S %s %s %s %s %s %s %s %s %s %s\\n' "$up" "$EPOCHREALTIME" "$cs" "$ro" "$ds" "\${gen:--}" $m $p $a $c
  read -r -t ${periodSeconds} _; [ $? -gt 128 ] || exit 0
done`);

const given = (word: string | undefined): string | undefined => (word === "" || word === "-" ? undefined : word);
/** DRBD sets the lowest bit of the current UUID on a Primary. */
const generation = (hex: string | undefined): string | undefined =>
  /^0x[0-9A-F]{16}$/i.test(hex ?? "") ? (BigInt(hex as string) & ~1n).toString(16).padStart(16, "0") : undefined;

/**
 * Reads one line of the sampler; undefined when it is none.
 * @param known the newest configuration that the sampler has printed
 */
export function parseSample(
  line: string,
  node: string,
  stream: number,
  arrived: number,
  known?: Configuration,
): RawSample | undefined {
  const words = line.trim().split(" ");
  if (words[0] !== "S" || words.length !== 11) return undefined;
  const [, up, epoch, cs, ro, ds, gen, m, p, a, c] = words;
  const configuration = given(c);
  const [role] = (ro ?? "").split("/");
  const [disk, peerDisk] = (ds ?? "").split("/");
  return {
    node,
    stream,
    arrived,
    uptime: Number(up) * 1000,
    clock: Number(epoch) * 1000,
    connection: given(cs),
    role: given(role),
    disk: given(disk),
    peerDisk: given(peerDisk),
    generation: generation(gen),
    mounted: m === "1",
    postmaster: p === "1",
    address: a === "1",
    ...(configuration === undefined ? {} : { configuration }),
    ...(known && known.version === configuration ? { content: known.digest } : {}),
  };
}

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
}

const portHex = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");

/**
 * A loop that prints one line per period and ends with its connection. It reads files with bash's own words alone and starts no process:
 * on an emulated guest every fork would be felt by what is being measured.
 */
export const samplerScript = (address: string, port: number, periodSeconds: number): Sh =>
  raw(`LC_ALL=C
while :; do
  cs=- ro=-/- ds=-/- gen=- m=0 p=0 a=0
  read -r up _ </proc/uptime
  { while read -r _ x y z _; do if [[ $x == cs:* ]]; then cs=\${x#cs:} ro=\${y#ro:} ds=\${z#ds:}; break; fi; done </proc/drbd; } 2>/dev/null
  for f in /sys/kernel/debug/drbd/resources/*/volumes/*/data_gen_id; do { read -r gen <"$f"; } 2>/dev/null; break; done
  IFS= read -r -d '' t </proc/self/mounts; [[ $t == */dev/drbd* ]] && m=1
  for f in /proc/net/tcp /proc/net/tcp6; do { IFS= read -r -d '' t <$f; } 2>/dev/null; [[ $t =~ :${portHex(port)}\\ [0-9A-F]+:0000\\ 0A ]] && p=1; done
  IFS= read -r -d '' t </proc/net/fib_trie; [[ $t == *"|-- "${quote(address)}$'\\n'* ]] && a=1
  printf 'S %s %s %s %s %s %s %s %s %s\\n' "$up" "$EPOCHREALTIME" "$cs" "$ro" "$ds" "\${gen:--}" $m $p $a
  read -r -t ${periodSeconds} _; [ $? -gt 128 ] || exit 0
done`);

const given = (word: string | undefined): string | undefined => (word === undefined || word === "-" ? undefined : word);
/** DRBD sets the lowest bit of the current UUID on a Primary. */
const generation = (hex: string | undefined): string | undefined =>
  /^0x[0-9A-F]{16}$/i.test(hex ?? "") ? (BigInt(hex as string) & ~1n).toString(16).padStart(16, "0") : undefined;

/** Reads one line of the sampler; undefined when it is none. */
export function parseSample(line: string, node: string, stream: number, arrived: number): RawSample | undefined {
  const words = line.trim().split(" ");
  if (words[0] !== "S" || words.length !== 10) return undefined;
  const [, up, epoch, cs, ro, ds, gen, m, p, a] = words;
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
  };
}

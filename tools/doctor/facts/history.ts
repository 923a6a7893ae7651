import type { Fact } from "@qvd-ha/providers/dist/fact";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface History {
  /** Names the data as it stands, without the bit that only says whether the node is Primary. */
  readonly generation?: string;
  /** Generations before, newest first; the first of them is the one that the peer is known to have, while it is behind. */
  readonly older: readonly string[];
  /** Bytes that this side has written and the other has not. */
  readonly outOfSyncBytes?: number;
  /** The kernel's last word of a split brain. Asked for only where a connection is StandAlone: a log takes its time. */
  readonly splitBrain?: string;
  /** When this side last lost its peer, by the kernel's log; only where StandAlone. */
  readonly parted?: string;
  /** The newest change of the database's files, by the file system; only where StandAlone and mounted. */
  readonly lastWrite?: string;
}

const plain = (hex: string): string => (BigInt(`0x${hex}`) & ~1n).toString(16).padStart(16, "0");

/** What DRBD's metadata and the kernel's log tell of the data's past. */
export const historyFact = (resource: string): Fact<History> => ({
  command: {
    script: sh`gi=$(timeout 5 drbdadm get-gi ${resource} 2>/dev/null || true)
ids=${`/sys/kernel/debug/drbd/resources/${resource}/volumes/0/data_gen_id`}
if [[ ! $gi =~ ^[0-9A-F]{16}: ]] && [ -r "$ids" ]; then gi=$(sed 's/^0x//' "$ids" | paste -sd:); fi
if [ -n "$gi" ]; then echo "@gi $gi"; fi
if [ -r /proc/drbd ]; then sed -n 's/.* oos:\([0-9]*\).*/@oos \1/p' /proc/drbd; fi
timeout 5 drbdsetup status ${resource} --statistics 2>/dev/null | sed -n 's/.* out-of-sync:\([0-9]*\).*/@oos \1/p' || true
state=$(timeout 5 drbdadm cstate ${resource} 2>/dev/null || true)
if [ "$state" = StandAlone ]; then
  log=$(timeout 20 journalctl -k -o short-iso --no-pager -q 2>/dev/null | grep -E ${` ${resource}:? .*(Split-Brain|conn\\(.*-> (NetworkFailure|Timeout|BrokenPipe|StandAlone|Disconnecting|TearDown))|drbd.*Split-Brain`} || true)
  grep -E 'Split-Brain' <<<"$log" | tail -n 1 | sed 's/^/@split /' || true
  grep -E 'conn\(.*-> (NetworkFailure|Timeout|BrokenPipe|TearDown|Disconnecting)' <<<"$log" | tail -n 1 | sed 's/^/@parted /' || true
  mount=$(findmnt -n -o TARGET -S "$(drbdadm sh-dev ${resource} 2>/dev/null)" || true)
  if [ -n "$mount" ]; then stat -c '@write %y' "$mount"/pg_wal 2>/dev/null || true; fi
fi`,
    timeoutSeconds: 40,
  },
  parse: ({ stdout }) => {
    const [, gi] = /^@gi ([0-9A-F]{16}:[0-9A-F]{16}:[0-9A-F]{16}:[0-9A-F]{16})/m.exec(stdout) ?? [];
    const [current, ...old] = gi?.split(":") ?? [];
    const line = (name: string): string | undefined => new RegExp(`^@${name} (.+)$`, "m").exec(stdout)?.[1]?.trim();
    const [oos, split, parted, write] = ["oos", "split", "parted", "write"].map(line);
    return {
      ...(current ? { generation: plain(current) } : {}),
      older: old.map(plain).filter((g) => !/^0+$/.test(g)),
      ...(oos === undefined ? {} : { outOfSyncBytes: Number(oos) * 1024 }),
      ...(split ? { splitBrain: split } : {}),
      ...(parted ? { parted: parted.split(" ")[0] as string } : {}),
      ...(write ? { lastWrite: write } : {}),
    };
  },
});

import type { Fact } from "@qvd-ha/providers/dist/fact";
import { sh } from "@qvd-ha/providers/dist/remote";

export interface Network {
  /** Interfaces that are switched off, by name, with the addresses that they have had. */
  readonly down: readonly string[];
  /** Addresses by interface. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** The same addresses as they were set, with their prefix: `172.20.64.90/24`. */
  readonly prefixed: Readonly<Record<string, readonly string[]>>;
  /** Tables of nftables with a rule that drops packets, as `inet filter`. */
  readonly dropping: readonly string[];
  /** Units of an interrupted drill that are still at work. */
  readonly drills: readonly string[];
  /** What else an interrupted drill has left and its next run takes back, in words. */
  readonly left: readonly string[];
}

/** `ip -br link` and `ip -br address`: name, state, and what belongs to it. */
export const networkFact: Fact<Network> = {
  command: {
    script: sh`ip -br link | sed 's/^/@link /'
ip -br -4 address | sed 's/^/@address /'
table=; while read -r first second third _; do
  case $first in
    table) table="$second $third" ;;
    *drop*) echo "@drop $table" ;;
  esac
done < <(timeout 10 nft list ruleset 2>/dev/null | sed 's/^.*[[:space:]]drop\b.*/drop/' || true)
systemctl list-units --plain --no-legend 'qvd-ha-drill-*' 2>/dev/null | sed 's/^\([^ ]*\).*/@unit \1/' || true
[ ! -e /dev/mapper/qvd_ha_drill ] || echo "@left a layer lies between DRBD and its disk"
[ ! -e /var/lib/qvd-ha/drill-maintenance ] || echo "@left DRBD's clone is in maintenance"`,
    timeoutSeconds: 25,
  },
  parse: ({ stdout }) => {
    const all = (name: string): string[] =>
      [...stdout.matchAll(new RegExp(`^@${name} (.+)$`, "gm"))].map((m) => (m[1] as string).trim());
    const plain = (name: string | undefined): string => (name ?? "").replace(/@.*$/, "");
    const set = all("address").map((l) => {
      const [name, , ...addresses] = l.split(/\s+/);
      return [plain(name), addresses] as const;
    });
    const links = all("link").map((l) => l.split(/\s+/));
    if (links.length === 0) throw new Error("no interface was told of");
    return {
      down: links
        .filter((w) => w[1] === "DOWN" && !/\bUP\b/.test(w.at(-1)?.replace(/[<>,]/g, " ") ?? ""))
        .map((w) => plain(w[0])),
      addresses: Object.fromEntries(set.map(([n, a]) => [n, a.map((x) => x.split("/")[0] as string)])),
      prefixed: Object.fromEntries(set),
      dropping: [...new Set(all("drop"))],
      drills: all("unit"),
      left: all("left"),
    };
  },
};

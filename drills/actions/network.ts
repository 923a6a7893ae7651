import type { Script, Undo, Who } from "./action";
import { text } from "./action";

/** A table of our own: nothing of the machine's own rules is touched, and taking it back is one word. */
const TABLE = "qvd_ha_drill";
const CLEAR = `nft delete table inet ${TABLE} 2>/dev/null || true`;
const FLAP_UNIT = "qvd-ha-drill-flap";

/** Corosync's own words: addresses of a ring, or of all. */
const ringAddresses = (ring?: number): string =>
  `a=$(corosync-cmapctl | sed -n 's/^nodelist\\.node\\.[0-9]*\\.ring${ring ?? "[0-9]"}_addr (str) = //p' | paste -sd,); [ -n "$a" ]`;

type Direction = "input" | "output";

/** Drops what matches in both directions or one; `find` sets the variables that `match` uses. */
export function rules(find: string, match: readonly string[], directions: readonly Direction[]): string {
  const chain = (d: Direction): string =>
    `chain ${d} { type filter hook ${d} priority -300; policy accept; ${d === "input" ? "iif" : "oif"} lo accept; ${match.map((m) => `${m} drop`).join("; ")}; };`;
  return text(find, `nft "add table inet ${TABLE}; table inet ${TABLE} { ${directions.map(chain).join(" ")} }"`);
}

const BOTH: readonly Direction[] = ["input", "output"];
const undo = (on: Who): readonly Undo[] => [{ kind: "script", on, script: CLEAR }];
export const drop = (on: Who, says: string, script: string): Script => ({
  kind: "script",
  on,
  says,
  script,
  undo: undo(on),
});

const UDP = "ip saddr { $a } ip daddr { $a } meta l4proto udp";

/** Between the nodes only Corosync speaks UDP. */
export const ringDown = (on: Who, ring: number): Script =>
  drop(on, `drop all packets of ring ${ring}`, rules(ringAddresses(ring), [UDP], BOTH));

export const ringsDown = (on: Who): Script =>
  drop(on, "drop all packets of both rings", rules(ringAddresses(), [UDP], BOTH));

/** Output: it still hears the other one, which no longer hears it. Input: the other way round. */
export const ringsDownOneWay = (on: Who, direction: Direction): Script =>
  drop(
    on,
    `drop all packets of both rings that ${direction === "output" ? "leave" : "come to"} the ${on} node`,
    rules(ringAddresses(), [UDP], [direction]),
  );

export const drbdLinkDown = (on: Who): Script =>
  drop(
    on,
    "drop all packets of DRBD",
    rules(
      `p=$(drbdadm dump postgres | sed -n 's/^ *address .*:\\([0-9]*\\);.*/\\1/p' | sort -u | paste -sd,); [ -n "$p" ]`,
      ["tcp sport { $p }", "tcp dport { $p }"],
      BOTH,
    ),
  );

/** Rings and DRBD alike; clients and hypervisor are still reached. */
export const partition = (on: Who): Script =>
  drop(on, "drop all packets between the nodes", rules(ringAddresses(), ["ip saddr { $a } ip daddr { $a }"], BOTH));

export const routerDown = (on: Who): Script =>
  drop(
    on,
    `drop all pings of the ${on} node to its router`,
    rules(
      `h=$(crm_resource --resource p_ping --get-parameter host_list | tr -s ' ' ,)
[ -n "$h" ] || { echo "no resource of this cluster asks a router: layout simple has none" >&2; exit 1; }`,
      ["ip daddr { $h } icmp type echo-request"],
      ["output"],
    ),
  );

/** Takes the rules back in the middle of a fault. */
export const linksUp = (on: Who): Script => ({ kind: "script", on, says: "let all packets pass again", script: CLEAR });

/** A ring that goes and comes every second, so many times; runs on the node itself, so that it does not depend on the way there. */
export const flapRing = (on: Who, ring: number, times: number): Script => ({
  kind: "script",
  on,
  says: `take ring ${ring} down and up every second, ${times} times`,
  script: text(`systemd-run --quiet --collect --unit=${FLAP_UNIT} bash -c "$(cat)" flap`),
  stdin: text(
    `for i in $(seq ${times}); do`,
    rules(ringAddresses(ring), [UDP], BOTH),
    "sleep 1",
    CLEAR,
    "sleep 1",
    "done",
  ),
  undo: [{ kind: "script", on, script: text(`systemctl stop ${FLAP_UNIT} 2>/dev/null || true`, CLEAR) }],
});

const INTERFACES = "ip -o link show up | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p' | grep -v '^lo$'";

/** Every interface of the node loses packets and delays the others by as much as it likes. */
export const poorNetwork = (on: Who, lossPercent: number, jitterMs: number): Script => ({
  kind: "script",
  on,
  says: `lose ${lossPercent} % of the packets of the ${on} node and delay the others by up to ${jitterMs} ms`,
  script: text(
    "modprobe sch_netem",
    `for i in $(${INTERFACES}); do`,
    `  tc qdisc replace dev "$i" root netem delay ${jitterMs / 2}ms ${jitterMs / 2}ms loss ${lossPercent}%`,
    "done",
  ),
  undo: [
    {
      kind: "script",
      on,
      script: text(`for i in $(${INTERFACES}); do tc qdisc del dev "$i" root 2>/dev/null || true; done`),
    },
  ],
});

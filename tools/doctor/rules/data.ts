import type { Look } from "../look";
import type { DrbdView } from "../../status/drbd";
import type { Rule, Said } from "./rule";
import { parted } from "./splitBrain";

const SYNCING = /^(Sync(Source|Target)|StartingSync[ST]|WFBitMap[ST]|WFSyncUUID)$/;
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function syncing(l: Look, where: string, d: DrbdView): Said {
  const percent = d.progress === undefined ? "" : `, ${d.progress} % done`;
  return {
    severity: "serious",
    where,
    what: `is being brought up to date (${d.connection}${percent}${d.finish ? `, ${d.finish} left` : ""})`,
    why: "it cannot take over before it is done; it goes on by itself",
    next: [l.make("status", { ARGS: "--watch" })],
  };
}

/** What is wrong with a node's connection, where it is not another's fault. */
function connection(l: Look, where: string, d: DrbdView): Said[] {
  const resource = l.r.resource;
  const peer = l.peer(where);
  const theirs = l.report(peer)?.drbd;
  if (d.connection === "StandAlone")
    return parted(l)
      ? []
      : [
          {
            severity: "serious",
            where,
            what: "DRBD is StandAlone: it was disconnected, and does not look for its peer",
            ...(l.details(where).history?.parted ? { since: l.details(where).history?.parted as string } : {}),
            why: "nothing is mirrored, so nobody can take over with today's data",
            next: [l.on(where, `drbdadm connect ${resource}`)],
          },
        ];
  if (/^Paused/.test(d.connection))
    return [
      {
        severity: "serious",
        where,
        what: `the resynchronisation is paused (${d.connection})`,
        why: "the node stays behind until it goes on",
        next: [l.on(where, `drbdadm resume-sync ${resource}`)],
      },
    ];
  // Told once, of the side that gets the data.
  if (SYNCING.test(d.connection)) return /Source$|S$/.test(d.connection) && theirs ? [] : [syncing(l, where, d)];
  const lost = !d.connected && theirs !== undefined && theirs.connection !== "StandAlone" && l.serving(peer);
  if (!lost || where !== l.r.nodes.find((n) => l.report(n)?.drbd && !l.report(n)?.drbd?.connected)) return [];
  const drops = l.r.nodes.flatMap((n) => (l.details(n).network?.dropping ?? []).map((t) => [n, t] as const));
  return [
    {
      severity: "serious",
      where: "cluster",
      what: `DRBD does not reach its peer (${d.connection}), though both nodes are up`,
      why: "nothing is mirrored, so nobody can take over with today's data",
      next: [
        ...drops.map(([n, table]) => l.on(n, `nft list table ${table}`)),
        l.on(where, "ss -tanp '( sport = :7788 or dport = :7788 )'"),
        l.on(where, `drbdadm adjust ${resource}`),
      ],
    },
  ];
}

/** Has every block compared: by the job that tells of what it finds, where there is one; else when the copying has ended. */
const verified = (l: Look, where: string): string =>
  l.details(where).jobs?.jobs.verify
    ? l.make("verify")
    : l.on(where, `timeout 3600 sh -c "until drbdadm verify ${l.r.resource}; do sleep 5; done"`);

function disk(l: Look, where: string, d: DrbdView): Said[] {
  const resource = l.r.resource;
  if (d.disk === "Diskless")
    return [
      {
        severity: "serious",
        where,
        what: "DRBD has no disk here: it was taken away, or gave errors and was detached",
        why: "there is only one copy of the data left",
        // One that failed at the very end of being brought up to date counts as up to date when it is back, and may not be.
        next: [
          l.on(where, "journalctl -k --no-pager -n 30"),
          l.on(where, `drbdadm attach ${resource}`),
          verified(l, where),
        ],
      },
    ];
  if (["Failed", "Detaching", "Attaching", "Negotiating"].includes(d.disk))
    return [
      {
        severity: "warning",
        where,
        what: `DRBD's disk is ${d.disk}`,
        why: "it is on its way to another state; look again",
        next: [l.make("doctor")],
      },
    ];
  const idle = d.connection === "Connected";
  if (idle && ["Inconsistent", "Outdated", "Consistent"].includes(d.disk))
    return [
      {
        severity: "serious",
        where,
        what: `DRBD's disk is ${d.disk}, and nothing brings it up to date`,
        why: "it cannot take over",
        next: [l.on(where, `drbdadm disconnect ${resource}`), l.on(where, `drbdadm connect ${resource}`)],
      },
    ];
  return [];
}

/** Blocks that a verification has found to differ. */
function differing(l: Look, where: string, d: DrbdView): Said[] {
  const bytes = l.details(where).history?.outOfSyncBytes ?? 0;
  const idle = d.connection === "Connected" && d.disk === "UpToDate" && d.peerDisk === "UpToDate";
  if (!idle || bytes === 0 || d.role === "Primary") return [];
  const resource = l.r.resource;
  return [
    {
      severity: "warning",
      where,
      what: `${mib(bytes)} of the data differ from the other node's, by a verification`,
      why: "after a take-over the database would read what was never written",
      next: [l.on(where, `drbdadm disconnect ${resource}`), l.on(where, `drbdadm connect ${resource}`)],
    },
  ];
}

/** By another host name than this machine's, as udevd may still have it, drbdadm finds no resource of this host. */
function unnamed(l: Look, where: string, d: DrbdView): Said[] {
  if (!d.unnamed) return [];
  return [
    {
      severity: "serious",
      where,
      what: `udev made no ${d.unnamed}`,
      why: "the file system could not be mounted here, so this node cannot take over",
      next: [
        l.on(where, "systemctl restart systemd-udevd"),
        l.on(where, "udevadm trigger --action=change --subsystem-match=block --settle"),
      ],
    },
  ];
}

/** DRBD's disks and connection, as each node sees its own. */
export const data: Rule = (l) =>
  l.reached.flatMap(([where, { drbd: d }]): Said[] => {
    if (d)
      return [...disk(l, where, d), ...connection(l, where, d), ...differing(l, where, d), ...unnamed(l, where, d)];
    if (!l.serving(where)) return [];
    return [
      {
        severity: "serious",
        where,
        what: "DRBD is down, though the cluster runs here",
        why: "nothing is mirrored",
        next: [
          l.on(where, `crm_resource --why --resource ${l.ids.drbd}`),
          l.on(where, `crm_resource --cleanup --resource ${l.ids.drbd}`),
        ],
      },
    ];
  });

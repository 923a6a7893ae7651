import { isFencing } from "@qvd-ha/providers/dist/pacemaker/status";
import type { Look } from "../look";
import type { Rule, Said } from "./rule";
import { switchOn } from "./unreachable";

function unclean(l: Look, where: string): Said {
  const failed = l.v?.fencing.find((f) => f.target === where && f.status === "failed");
  const device = l.v?.resources.find((r) => isFencing(r) && r.id.endsWith(where));
  const said = failed ? `; fencing has failed${failed.reason ? `: ${failed.reason}` : ""}` : "";
  return {
    severity: "critical",
    where,
    what: `is unclean: it waits to be fenced${said}`,
    ...(failed?.completed ? { since: failed.completed } : {}),
    why: "until the cluster knows that it is off, nobody takes over what it ran",
    next: [
      ...(device ? [l.on(l.spokesman, `crm_resource --cleanup --resource ${device.id}`)] : []),
      l.on(l.spokesman, `stonith_admin --reboot ${where}`),
    ],
  };
}

function away(l: Look, where: string): Said[] {
  const own = l.report(where);
  // Where the machine does not answer, or its daemons are dead, others tell it.
  if (!own || !l.daemons(where)) return [];
  return [
    {
      severity: "serious",
      where,
      what: "is not in the cluster that serves, though its own daemons run: it is cut off from the other node",
      why: "nobody is left to take over, and it waits to be fenced or to be heard again",
      next: [l.on(where, "corosync-cfgtool -s"), ...switchOn(l, where)],
    },
  ];
}

function noQuorum(l: Look): Said {
  const away = l.r.nodes.filter((n) => !l.online(n));
  if (away.length > 0)
    return {
      severity: "critical",
      where: "cluster",
      what: "there is no quorum: this side waits for the other node",
      why: "the other one may have newer data, so nothing is started until it was seen",
      next: away.flatMap((n) => switchOn(l, n)),
    };
  return {
    severity: "critical",
    where: "cluster",
    what: "there is no quorum although the nodes see each other: one was started while the third vote was away, and waits for it",
    why: "nothing is started until the third vote was seen once; nobody but these nodes has data, so they may go on without it",
    next: [
      l.on(l.spokesman, "corosync-qdevice-tool -s"),
      ...l.r.nodes.map((n) => l.on(n, "corosync-cmapctl -s quorum.cancel_wait_for_all u8 1")),
    ],
  };
}

/** Nodes that are no full members of the cluster. */
export const nodes: Rule = (l) => [
  ...(l.v && !l.v.quorum ? [noQuorum(l)] : []),
  ...(l.v?.nodes ?? []).flatMap((n): Said[] => {
    if (l.v?.unclean.includes(n.name)) return [unclean(l, n.name)];
    if (!n.online) return away(l, n.name);
    return [
      ...(n.standby
        ? [
            {
              severity: "serious" as const,
              where: n.name,
              what: "is in standby: it was told to run nothing",
              why: "nobody is left to take over",
              next: [l.make("online", { NODE: n.name })],
            },
          ]
        : []),
      // Cluster-wide maintenance shows at every node, too.
      ...(n.maintenance && !l.v?.maintenance
        ? [
            {
              severity: "serious" as const,
              where: n.name,
              what: "is in maintenance by itself: nothing on it is watched or moved",
              why: "failures there have no consequence",
              next: [l.on(l.spokesman, `crm_attribute --node ${n.name} --name maintenance --delete`)],
            },
          ]
        : []),
    ];
  }),
];

import { WITHOUT_VOTE } from "../../status/third";
import { VOTE_TRUST } from "../facts/certificates";
import type { Look } from "../look";
import { DAYS_30, REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

function votes(l: Look): Said[] {
  const of = (where: string) => l.report(where)?.third.vote;
  const idle = l.reached.filter(([where]) => of(where)?.runs === false);
  const deaf = l.reached.filter(([where]) => of(where)?.runs === true && of(where)?.connected === false);
  const everywhere = deaf.length > 1;
  return [
    ...idle.map(([where]): Said => ({
      severity: "serious",
      where,
      what: "corosync-qdevice does not run: this node does not ask for the third vote",
      why: WITHOUT_VOTE,
      next: [
        l.on(where, "systemctl reset-failed corosync-qdevice"),
        l.on(where, "systemctl enable --now corosync-qdevice"),
      ],
    })),
    ...(everywhere ? deaf.slice(0, 1) : deaf).map(([where]): Said => ({
      severity: "serious",
      where: everywhere ? "cluster" : where,
      what: `the host of the third vote does not answer${everywhere ? "" : " here"}`,
      why: `${WITHOUT_VOTE}. That host must be on, corosync-qnetd must run there, and the nodes must reach it; the second command waits for its answer`,
      next: [l.on(where, "corosync-qdevice-tool -sv"), l.make(...REPAIR)],
    })),
  ];
}

/** By what a node is known to the host of the third vote. A client that is connected goes on without it, until it has to connect again. */
function certificates(l: Look): Said[] {
  return l.reached.flatMap(([where, n]): Said[] => {
    const c = l.details(where).certificate;
    if (!n.third.vote || !c) return [];
    const left = (c.ends ?? Infinity) - Date.parse(l.r.status.taken) / 1000;
    if (c.valid && left > DAYS_30) return [];
    const restart = l.on(where, "systemctl restart corosync-qdevice");
    if (c.ends === undefined)
      return [
        {
          severity: "serious",
          where,
          what: "there is no certificate for the third vote",
          why: `the third host lets nobody in without one. ${WITHOUT_VOTE}`,
          next: [l.make(...REPAIR), restart],
        },
      ];
    return [
      {
        severity: c.valid ? "warning" : "serious",
        where,
        what: c.valid
          ? `the certificate for the third vote ends in ${Math.floor(left / 86_400)} days`
          : left < 0
            ? "the certificate for the third vote has ended"
            : "the certificate for the third vote is not valid, by the authority that this node trusts",
        why: `without a valid one the third host lets nobody in. ${WITHOUT_VOTE}`,
        // What is not there is asked for anew, with a fresh key.
        next: [l.on(where, `rm -r ${VOTE_TRUST}`), l.make(...REPAIR), restart],
      },
    ];
  });
}

function watchdogs(l: Look): Said[] {
  // What one node alone has been told already, the other one will be.
  if (!l.reached.some(([, n]) => n.watchdogs)) return [];
  return l.reached.flatMap(([where]): Said[] => {
    const { sbd } = l.report(where)?.third ?? {};
    if (!sbd || (sbd.active && sbd.enabled)) return [];
    const enable = sbd.enabled ? [] : [l.on(where, "systemctl enable sbd")];
    if (sbd.active)
      return [
        {
          severity: "serious",
          where,
          what: "sbd would not start with Corosync",
          why: "after the next boot, Pacemaker refuses to run here: it is told to wait for watchdogs and has none",
          next: enable,
        },
      ];
    return [
      {
        severity: "critical",
        where,
        what: "sbd does not run: no watchdog would reset this node",
        why: "the other node counts on that reset, and would serve although this one may still write",
        next: [
          ...enable,
          // It starts and stops with Corosync alone. Stopped in this order, what runs here moves in order.
          l.on(where, "systemctl stop pacemaker corosync"),
          l.on(where, "systemctl start corosync pacemaker"),
        ],
      },
    ];
  });
}

/** What stands beside Corosync: the third vote and the watchdogs. */
export const third: Rule = (l) => [...votes(l), ...certificates(l), ...watchdogs(l)];

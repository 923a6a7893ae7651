import { redundant } from "../../status/drbd";
import type { JobName, Jobs } from "../facts/jobs";
import { JOBS } from "../facts/jobs";
import type { Look } from "../look";
import { REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

/** What each job makes, and what is missing without it. */
const NAMES: Readonly<Record<JobName, { readonly what: string; readonly why: string }>> = {
  backup: { what: "backup of the database", why: "what was written since the last one has no copy but the two disks" },
  verify: { what: "verification of the disks", why: "nobody knows whether the standby's copy is as good as it says" },
  configuration: {
    what: "copy of the cluster's configuration",
    why: "what was changed by hand since cannot be restored",
  },
  pitr: {
    what: "backup for a point in time",
    why: "the way back to a point in time becomes longer, and ends some day",
  },
  "pitr-check": { what: "look at the archive", why: "an archive that cannot be read is noticed when it is needed" },
};

/** Has it done now, on the node that is active. */
const again = (l: Look, where: string, job: JobName): string =>
  job === "backup" || job === "verify" ? l.make(job) : l.on(where, `systemctl start qvd-ha-${job}.service`);

function timers(l: Look, where: string, { jobs }: Jobs): Said[] {
  return JOBS.flatMap((job): Said[] => {
    const timer = jobs[job]?.timer;
    if (!timer || (timer.exists && timer.enabled && timer.state === "active")) return [];
    const { what } = NAMES[job];
    return [
      {
        severity: "warning",
        where,
        what: !timer.exists
          ? `there is no qvd-ha-${job}.timer: no ${what} is made from here`
          : timer.state === "active"
            ? `qvd-ha-${job}.timer does not start at boot: after the next one no ${what} is made from here`
            : `qvd-ha-${job}.timer does not run: no ${what} is made from here`,
        ...(timer.since ? { since: timer.since } : {}),
        why: "each node makes them while it is active, which may be from the next moment on",
        next: [timer.exists ? l.on(where, `systemctl enable --now qvd-ha-${job}.timer`) : l.make(...REPAIR)],
      },
    ];
  });
}

function failed(l: Look, where: string, { jobs }: Jobs): Said[] {
  return JOBS.flatMap((job): Said[] => {
    const service = jobs[job]?.service;
    if (service?.state !== "failed") return [];
    const { what, why } = NAMES[job];
    return [
      {
        severity: "warning",
        where,
        what: `the last ${what} has failed (${service.result})`,
        ...(service.since ? { since: service.since } : {}),
        why,
        // Where another node is active by now, nothing but that takes the failure away here.
        next: [
          l.on(where, `journalctl -u qvd-ha-${job} --no-pager -n 30`),
          l.on(where, `systemctl reset-failed qvd-ha-${job}.service`),
          again(l, where, job),
        ],
      },
    ];
  });
}

function overdue(l: Look, where: string, { jobs, lostDump }: Jobs): Said[] {
  const drbd = l.report(where)?.drbd;
  const late = JOBS.flatMap((job): Said[] => {
    const { age, maximumAge } = jobs[job] ?? {};
    if (age === undefined || maximumAge === undefined || age <= maximumAge) return [];
    // A pair that is not whole is not compared; that it is not, another rule tells.
    if (job === "verify" && !(drbd && redundant(drbd))) return [];
    const { what, why } = NAMES[job];
    return [
      {
        severity: job === "backup" || job === "pitr" ? "serious" : "warning",
        where,
        what: `there was no good ${what} for ${Math.floor(age)} hours; ${maximumAge} are allowed`,
        why,
        next: [again(l, where, job)],
      },
    ];
  });
  if (lostDump === undefined) return late;
  return [
    ...late,
    {
      severity: "serious",
      where,
      what: `the last good backup of the database is gone: ${lostDump}`,
      why: NAMES.backup.why,
      next: [l.make("backup")],
    },
  ];
}

function archive(l: Look, where: string, { archive: a }: Jobs): Said[] {
  if (!a || a.waiting <= a.limit) return [];
  return [
    {
      severity: "serious",
      where,
      what: `the server's log does not arrive on the third host: a piece has waited for ${Math.floor(a.waiting / 60)} min`,
      why: "no point in time since can be restored, and the disk fills with what waits",
      next: [
        l.on(where, "systemctl start qvd-ha-pitr-check.service"),
        l.on(where, "journalctl -u qvd-ha-pitr-check --no-pager -n 20"),
      ],
    },
  ];
}

function watch(l: Look, where: string, { watch: w }: Jobs): Said[] {
  // It starts itself again when its settings have changed.
  const begins = w?.state === "activating" && w.result === "success";
  if (!w || (w.enabled && (w.state === "active" || begins))) return [];
  return [
    {
      severity: "warning",
      where,
      what: w.state === "active" || begins ? "the watch does not start at boot" : "the watch does not run",
      ...(w.since ? { since: w.since } : {}),
      why: "nobody is told of what goes wrong here, and no message of any job is sent",
      next: [w.exists ? l.on(where, "systemctl enable --now qvd-ha-watch.service") : l.make(...REPAIR)],
    },
  ];
}

/** What the maintenance has to do, and who tells of it. */
export const jobs: Rule = (l) =>
  l.reached.flatMap(([where]) => {
    const all = l.details(where).jobs;
    return all ? [watch, archive, overdue, failed, timers].flatMap((rule) => rule(l, where, all)) : [];
  });

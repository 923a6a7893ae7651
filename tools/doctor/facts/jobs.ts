import type { Fact } from "@qvd-ha/providers/dist/fact";
import { raw } from "@qvd-ha/providers/dist/remote";

/** Jobs of the maintenance, by the name of their timers and services, `qvd-ha-<name>`. */
export const JOBS = ["backup", "verify", "configuration", "pitr", "pitr-check"] as const;
export type JobName = (typeof JOBS)[number];

export interface JobUnit {
  /** systemd knows it. */
  readonly exists: boolean;
  readonly enabled: boolean;
  /** `active`, `inactive`, `failed`, `activating`… */
  readonly state: string;
  /** How it ended: `success`, `exit-code`, `timeout`… */
  readonly result: string;
  /** Since when it is in its state, as systemd prints it. */
  readonly since?: string;
}

export interface Job {
  readonly timer: JobUnit;
  readonly service: JobUnit;
  /** Hours without a good one that are too many. */
  readonly maximumAge?: number;
  /** Hours since the last good one, or since there was to be one; only where this node has the database's files, on which that is noted. */
  readonly age?: number;
}

export interface Jobs {
  /** What this node is set up for. */
  readonly jobs: Readonly<Partial<Record<JobName, Job>>>;
  /** What looks and tells. Undefined where nobody wants to be told. */
  readonly watch?: JobUnit;
  /** The file of the last good dump, where it was made here and is gone. */
  readonly lostDump?: string;
  /** The server's log: seconds that its oldest piece has waited to be sent to a third host, and how long it may. */
  readonly archive?: { readonly waiting: number; readonly limit: number };
}

/** Settings say what there is to be, notes on the replicated disk what was done; the scripts of the maintenance read the same. */
export const jobsFact: Fact<Jobs> = {
  command: {
    script: raw(`units=() data=
now=$(date +%s)
setting() { sed -n "s/^$2=//p" "/etc/qvd-ha/$1.conf" | tr -d "'"; }
for job in backup verify configuration pitr; do
  [ -e "/etc/qvd-ha/$job.conf" ] || continue
  units+=("qvd-ha-$job.timer" "qvd-ha-$job.service")
  if [ "$job" = pitr ]; then units+=(qvd-ha-pitr-check.timer qvd-ha-pitr-check.service); fi
  data=$(setting "$job" dataDirectory)
  echo "@limit $job $(setting "$job" maximumAge)"
  if [ -n "$data" ] && [ -e "$data/PG_VERSION" ]; then
    at=$(sed -n 's/^at=//p' "$data/.qvd-ha-$job" 2>/dev/null || true)
    echo "@age $job $((now - \${at:-$(stat -c %Y "/etc/qvd-ha/$job.conf")}))"
    if [ "$job" = backup ] && grep -qx "node=$(uname -n)" "$data/.qvd-ha-backup" 2>/dev/null; then
      file=$(setting backup directory)/$(sed -n 's/^file=//p' "$data/.qvd-ha-backup")
      if [ ! -s "$file" ]; then echo "@lost $file"; fi
    fi
    if [ "$job" = pitr ]; then
      oldest=$(find "$data/pg_wal/archive_status" -maxdepth 1 -name '*.ready' -printf '%T@\\n' 2>/dev/null | sort -n | sed -n 1p || true)
      oldest=\${oldest:-$now}
      echo "@waiting $((now - \${oldest%.*})) $(setting pitr maximumLag)"
    fi
  fi
done
if [ -e /etc/qvd-ha/watch.conf ]; then units+=(qvd-ha-watch.service); fi
echo
if [ \${#units[@]} -gt 0 ]; then systemctl show -p Id,LoadState,UnitFileState,ActiveState,Result,StateChangeTimestamp "\${units[@]}"; fi`),
    timeoutSeconds: 20,
  },
  parse: ({ stdout }) => {
    // systemd puts some of a unit's properties before its name.
    const paragraphs = stdout.split(/\n\n+/);
    const unit = (name: string): JobUnit => {
      const text = paragraphs.find((p) => new RegExp(`^Id=${name}$`, "m").test(p)) ?? "";
      const value = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1] ?? "";
      const since = value("StateChangeTimestamp");
      return {
        exists: value("LoadState") === "loaded",
        enabled: value("UnitFileState") === "enabled",
        state: value("ActiveState"),
        result: value("Result"),
        ...(since ? { since } : {}),
      };
    };
    const number = (what: string, job: string): number | undefined => {
      const found = new RegExp(`^@${what} ${job} (\\d+)$`, "m").exec(stdout)?.[1];
      return found === undefined ? undefined : Number(found);
    };
    const asked = (name: string): boolean => new RegExp(`^Id=${name}$`, "m").test(stdout);
    const there = JOBS.filter((job) => asked(`qvd-ha-${job}\\.timer`));
    const jobs = there.map((job): readonly [JobName, Job] => {
      const [maximumAge, age] = [number("limit", job), number("age", job)];
      return [
        job,
        {
          timer: unit(`qvd-ha-${job}\\.timer`),
          service: unit(`qvd-ha-${job}\\.service`),
          ...(maximumAge === undefined ? {} : { maximumAge }),
          ...(age === undefined ? {} : { age: age / 3600 }),
        },
      ];
    });
    const [, waiting, limit] = /^@waiting (\d+) (\d+)$/m.exec(stdout) ?? [];
    const lostDump = /^@lost (.+)$/m.exec(stdout)?.[1];
    return {
      jobs: Object.fromEntries(jobs),
      ...(asked("qvd-ha-watch\\.service") ? { watch: unit("qvd-ha-watch\\.service") } : {}),
      ...(lostDump === undefined ? {} : { lostDump }),
      ...(waiting === undefined ? {} : { archive: { waiting: Number(waiting), limit: Number(limit) } }),
    };
  },
};

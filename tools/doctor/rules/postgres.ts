import type { Server } from "../facts/server";
import type { Look } from "../look";
import { DAYS_30, REPAIR } from "./rule";
import type { Rule, Said } from "./rule";

const FULL = 0.9;

function answering(l: Look, where: string, s: Server): Said[] {
  if (!s.running && l.v?.maintenance)
    return [
      {
        severity: "critical",
        where,
        what: "no database server runs, though it counts as started, and in maintenance mode nobody starts it",
        why: "the service is down",
        next: [
          l.on(where, `crm_resource --refresh --resource ${l.ids.postgres}`),
          l.make("maintenance", { MODE: "off" }),
        ],
      },
    ];
  if (!s.running || s.answers) return [];
  return [
    {
      severity: "critical",
      where,
      what: `the database server runs and does not answer${s.error ? `: ${s.error.slice(0, 120)}` : ""}`,
      why: "no client is served; the cluster acts when its own question has timed out",
      next: [l.on(where, "tail -n 30 /var/log/postgresql/postgresql-qvd.log"), l.make("doctor")],
    },
  ];
}

function reached(l: Look, where: string, s: Server): Said[] {
  const own = l.report(where);
  if (!s.answers || s.reached || !own?.address) return [];
  return [
    {
      severity: "critical",
      where,
      what: `the server answers by its socket, and not at ${l.r.address}:${l.r.port}`,
      why: "no client gets in",
      next: [
        l.on(where, `ss -tlnp sport = :${l.r.port}`),
        ...(l.details(where).network?.dropping ?? []).map((t) => l.on(where, `nft list table ${t}`)),
      ],
    },
  ];
}

function settings(l: Look, where: string, s: Server): Said[] {
  const { used = 0, limit = Infinity } = s.connections ?? {};
  return [
    ...(s.pendingRestart.length > 0
      ? [
          {
            severity: "warning" as const,
            where,
            what: `settings wait for a restart of the server: ${s.pendingRestart.join(", ")}`,
            why: "it does not run with what its files say, and a failover would change it by surprise",
            next: [l.make("service-stop"), l.make("service-start")],
          },
        ]
      : []),
    ...(s.refused.length > 0
      ? [
          {
            severity: "warning" as const,
            where,
            what: `the server does not take its files: ${s.refused.slice(0, 2).join("; ")}`,
            why: "it may not start the next time, on either node",
            next: [l.make(...REPAIR)],
          },
        ]
      : []),
    ...(used >= limit * FULL
      ? [
          {
            severity: "warning" as const,
            where,
            what: `${used} of ${limit} connections are in use`,
            why: "the next clients are refused",
            next: [
              l.make("psql", { ARGS: "-c 'select usename, state, count(*) from pg_stat_activity group by 1, 2'" }),
            ],
          },
        ]
      : []),
    ...(s.readOnly
      ? [
          {
            severity: "critical" as const,
            where,
            what: "the server takes no writes (default_transaction_read_only)",
            why: "QVD cannot go on",
            next: [l.make(...REPAIR)],
          },
        ]
      : []),
    ...(s.installed !== undefined && s.version !== undefined && s.installed !== s.version
      ? [
          {
            severity: "warning" as const,
            where,
            what: `the server runs as ${s.version}, and ${s.installed} is installed`,
            why: "the next start, perhaps a failover, is an update by surprise",
            next: [l.make("update-postgres")],
          },
        ]
      : []),
  ];
}

function certificate(l: Look, where: string, s: Server): Said[] {
  const left = (s.certificateEnds ?? Infinity) - Date.parse(l.r.status.taken) / 1000;
  if (left > DAYS_30) return [];
  return [
    {
      severity: left < 0 ? "serious" : "warning",
      where,
      what: `the server's certificate ${left < 0 ? "has ended" : `ends in ${Math.floor(left / 86_400)} days`}`,
      why: "clients that check it are not let in",
      next: [l.make("psql", { ARGS: "-c 'show ssl_cert_file'" })],
    },
  ];
}

/** The database server, where the cluster says that it runs. */
export const postgres: Rule = (l) => {
  const where = l.active;
  const s = where === undefined ? undefined : l.details(where).server;
  if (where === undefined || !s) return [];
  return [answering, reached, settings, certificate].flatMap((rule) => rule(l, where, s));
};

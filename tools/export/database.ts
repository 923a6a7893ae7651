import { parseHba, renderHba } from "@qvd-ha/providers/dist/postgres/hba";
import type { HbaRule } from "@qvd-ha/providers/dist/postgres/access";
import { clientRules, withOwnRules } from "@qvd-ha/providers/dist/postgres/access";
import { parseConf } from "@qvd-ha/providers/dist/postgres/conf";
import { meant } from "@qvd-ha/providers/dist/postgres/meaning";
import { defaultSettings, KEPT_CONNECTIONS } from "@qvd-ha/providers/dist/postgres/settings";
import type { DatabaseFound } from "./facts";

// What the server and its files say of the keys that a stack has.

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Settings that a stack must name, so that its postgresql.conf means the same as this one. */
export function settings(conf: string, db: NonNullable<DatabaseFound["database"]>, authentication: string) {
  const standard = defaultSettings({ port: 5432, authentication });
  const found = meant(standard, parseConf(conf), db.parameters);
  const names = [...new Set([...Object.keys(standard), ...Object.keys(found)])].sort();
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = found[name] ?? db.parameters[name]?.default ?? undefined;
      return value === undefined || value === standard[name] ? [] : [[name, value]];
    }),
  );
}

/** Networks that may log in to the database, and the lines of the file as far as the networks alone do not give them. */
export function access(
  hba: string,
  at: {
    osUser: string;
    database: string;
    user: string;
    monitor: string;
    authentication: "md5" | "scram-sha-256";
    own: readonly string[];
  },
): { clients: string[]; access?: string[] } {
  const rules = parseHba(hba);
  const about = (r: HbaRule): boolean => r.type === "host" && r.database === at.database && r.user === at.user;
  const named = rules.filter(about).flatMap((r) => r.address ?? []);
  const clients = named.filter((a) => !at.own.includes(a));
  const local = {
    osUser: at.osUser,
    database: { name: at.database },
    monitor: { role: at.monitor },
    role: { name: at.user },
  };
  const derived = clientRules([...at.own, ...clients], at.database, at.user, at.authentication);
  if (clients.length > 0 && same(withOwnRules({ ...local, hba: derived }), rules)) return { clients };
  return {
    clients: clients.length > 0 ? clients : at.own.slice(-1),
    access: renderHba(rules).split("\n").slice(1).filter(Boolean),
  };
}

export const connectionLimit = (db: NonNullable<DatabaseFound["database"]>): number | undefined =>
  db.connectionLimit === db.maxConnections - KEPT_CONNECTIONS ? undefined : db.connectionLimit;

/** The table that the cluster's monitor updates. */
export function monitorTable(sql: string | undefined): { schema: string; table: string } | undefined {
  const m = /^\s*update\s+(?:([a-z_][a-z0-9_]*)\.)?([a-z_][a-z0-9_]*)\s/i.exec(sql ?? "");
  return m ? { schema: m[1] ?? "public", table: m[2] as string } : undefined;
}

/** Password of a role as root's .pgpass has it; undefined where it has none. */
export const passwordIn = (pgpass: string, database: string, user: string): string | undefined =>
  pgpass
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.split(":"))
    .find(([, , d, u]) => (d === database || d === "*") && (u === user || u === "*"))?.[4];

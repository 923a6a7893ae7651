import { z } from "zod";

/** One line of pg_hba.conf. */
export const hbaRuleSchema = z.strictObject({
  /** local, host, hostssl or hostnossl. */
  type: z.string(),
  database: z.string(),
  user: z.string(),
  /** Network as address/bits; not with type local. */
  address: z.string().optional(),
  /** scram-sha-256, md5, peer or reject. */
  method: z.string(),
  /** Options of the method, as in `map=ha`. */
  options: z.record(z.string(), z.string()).optional(),
});

export type HbaRule = z.output<typeof hbaRuleSchema>;

/** One line of pg_ident.conf: this OS user may log in as that role. */
export const identSchema = z.strictObject({ map: z.string(), systemUser: z.string(), databaseUser: z.string() });

export type Ident = z.output<typeof identSchema>;

/** Name of the map by which the server's OS user becomes the monitor's role. */
export const MONITOR_MAP = "ha";

interface Local {
  readonly osUser: string;
  readonly database: { readonly name: string };
  readonly monitor: { readonly role: string };
  readonly role?: { readonly name: string };
}

/** The HOWTO's monitor logs in with QVD's own role and password; ours has a role of its own, and none. */
export const monitorIsClient = (given: {
  readonly monitor: { readonly role: string };
  readonly role?: { readonly name: string };
}): boolean => given.role?.name === given.monitor.role;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The rules in order, with the local ones for the server's user and the monitor before them. Idempotent. */
export function withOwnRules(given: Local & { readonly hba: readonly HbaRule[] }): HbaRule[] {
  const hba = given.hba.map(orderedRule);
  // The first rule that fits decides, so one that says the same for everybody will do.
  const first = hba.find((r) => r.type === "local" && ["all", given.osUser].includes(r.user));
  const letIn = first?.database === "all" && first.method === "peer" && first.options === undefined;
  const own = [
    ...(letIn ? [] : [{ type: "local", database: "all", user: given.osUser, method: "peer" }]),
    ...(monitorIsClient(given)
      ? []
      : [
          {
            type: "local",
            database: given.database.name,
            user: given.monitor.role,
            method: "peer",
            options: { map: MONITOR_MAP },
          },
        ]),
  ].filter((o) => !hba.some((r) => same(r, o)));
  return [...own, ...hba];
}

/** The same rule with its keys in one order and without empty ones, so that rules compare by their text. */
export const orderedRule = (r: HbaRule): HbaRule => ({
  type: r.type,
  database: r.database,
  user: r.user,
  ...(r.address === undefined ? {} : { address: r.address }),
  method: r.method,
  ...(r.options && Object.keys(r.options).length > 0 ? { options: r.options } : {}),
});

const orderedIdent = (i: Ident): Ident => ({ map: i.map, systemUser: i.systemUser, databaseUser: i.databaseUser });

export function withOwnIdent(given: Local & { readonly ident: readonly Ident[] }): Ident[] {
  if (monitorIsClient(given)) return given.ident.map(orderedIdent);
  const own = { map: MONITOR_MAP, systemUser: given.osUser, databaseUser: given.monitor.role };
  const ident = given.ident.map(orderedIdent);
  return ident.some((i) => same(i, own)) ? ident : [own, ...ident];
}

/**
 * The rules for QVD's role: from the clients' networks (the QVD servers), each node and the database address.
 * @param sources networks as address/bits, or single addresses
 */
export const clientRules = (
  sources: readonly string[],
  database: string,
  user: string,
  method: "scram-sha-256" | "md5" = "scram-sha-256",
): HbaRule[] =>
  [...new Set(sources.map((s) => (s.includes("/") ? s : `${s}/${s.includes(":") ? 128 : 32}`)))].map((address) => ({
    type: "host",
    database,
    user,
    address,
    method,
  }));

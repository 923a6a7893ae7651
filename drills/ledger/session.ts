import { Client } from "pg";
import type { Row } from "./entry";

/** Where the ledger writes, and how patient it is. */
export interface Target {
  readonly host: string;
  /** Further hosts where the server may be instead, tried in turn: libpq's host=a,b with target_session_attrs=read-write. Default: none. */
  readonly others?: readonly string[];
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Seconds to connect and log in. Default: 2. */
  readonly connectSeconds?: number;
  /** Seconds that a statement may take, by the server's clock and half a second later by ours. Default: 5. */
  readonly statementSeconds?: number;
}

/** One connection of a client. */
export interface Session {
  /** Commits one row. @throws Refused when it is certain that the row is not there; any other error leaves it open */
  insert(row: Row): Promise<void>;
  /** Sends a row without committing it; for the negative control alone. */
  insertUncommitted(row: Row): Promise<void>;
  /** The client's highest number that is there; 0 without any. */
  highest(client: number): Promise<number>;
  /** Cuts the connection without a word. */
  cut(): void;
}

export type Open = () => Promise<Session>;

/** The server said no, and the transaction is rolled back. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * An ERROR ends the transaction and keeps the connection: a definite no. A FATAL (the server goes down under the statement) may come
 * after the commit, as does everything that has no SQLSTATE: they say nothing about the row.
 */
export function classify(e: unknown): unknown {
  const { code, severity, message } = e as { code?: unknown; severity?: unknown; message?: unknown };
  const definite = severity === "ERROR" && typeof code === "string" && SQLSTATE.test(code);
  return definite ? new Refused(code, String(message)) : e;
}

export function clientFor(t: Target, name: string): Client {
  const statement = (t.statementSeconds ?? 5) * 1000;
  const client = new Client({
    host: t.host,
    port: t.port,
    database: t.database,
    user: t.user,
    password: t.password,
    application_name: name,
    connectionTimeoutMillis: (t.connectSeconds ?? 2) * 1000,
    statement_timeout: statement,
    query_timeout: statement + 500,
    keepAlive: true,
    keepAliveInitialDelayMillis: 1000,
  });
  // Without a listener a connection that breaks while idle would end the process; the next statement tells of it anyway.
  client.on("error", () => undefined);
  return client;
}

/** Ends the socket at once: `end()` would wait for a server that may be gone. */
export function cut(client: Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Only where it can be written to, as target_session_attrs=read-write has it. */
async function demandWritable(c: Client): Promise<void> {
  const { rows } = await c.query<{ writable: boolean }>(
    "SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS writable",
  );
  if (!rows[0]?.writable) throw new Error("the server takes no writes");
}

/** Connects to the first host that will do. @throws what the last one or the network says */
export async function connect(t: Target, name: string): Promise<Client> {
  let last: unknown;
  for (const host of [t.host, ...(t.others ?? [])]) {
    const client = clientFor({ ...t, host }, name);
    try {
      await client.connect();
      if (t.others) await demandWritable(client);
      return client;
    } catch (e) {
      cut(client);
      last = e;
    }
  }
  throw last;
}

/** Opens a connection of the ledger. @throws whatever the server or the network says */
export async function openSession(t: Target): Promise<Session> {
  const client = await connect(t, "qvd-ha ledger");
  const query = async (text: string): Promise<unknown[]> => {
    try {
      return (await client.query(text)).rows as unknown[];
    } catch (e) {
      throw classify(e);
    }
  };
  // Numbers stand in the text on purpose: with parameters the server says CommandComplete before it commits, in the simple protocol after.
  const insertion = ({ client: c, seq }: Row): string => `INSERT INTO drill.ledger (client, seq) VALUES (${c}, ${seq})`;
  return {
    insert: async (row) => void (await query(insertion(row))),
    insertUncommitted: async (row) => {
      await query("BEGIN");
      await query(insertion(row));
    },
    highest: async (c) => {
      const [row] = await query(`SELECT coalesce(max(seq), 0)::int AS highest FROM drill.ledger WHERE client = ${c}`);
      return (row as { highest: number }).highest;
    },
    cut: () => cut(client),
  };
}

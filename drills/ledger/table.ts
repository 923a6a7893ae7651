import type { Client } from "pg";
import type { Row } from "./entry";
import type { Target } from "./session";
import { connect, cut } from "./session";

const COMMENT = "made by a qvd-ha drill, which drops it at its end";

/** Preparing and reading are no part of what is measured: they may take their time. */
const PATIENT = { connectSeconds: 30, statementSeconds: 120 };

async function withClient<T>(t: Target, work: (c: Client) => Promise<T>): Promise<T> {
  const client = await connect({ ...t, ...PATIENT }, "qvd-ha drill");
  try {
    return await work(client);
  } finally {
    cut(client);
  }
}

/** Makes an empty ledger; one that an interrupted drill left is replaced. @throws Error when the schema is somebody else's */
export const createTable = (t: Target): Promise<void> =>
  withClient(t, async (c) => {
    const found = await c.query<{ comment: string | null }>(
      "SELECT obj_description(oid, 'pg_namespace') AS comment FROM pg_namespace WHERE nspname = 'drill'",
    );
    const old = found.rows[0];
    if (old && old.comment !== COMMENT) throw new Error("the database has a schema drill that no drill made");
    await c.query(
      [
        "BEGIN",
        "DROP SCHEMA IF EXISTS drill CASCADE",
        "CREATE SCHEMA drill",
        `COMMENT ON SCHEMA drill IS '${COMMENT}'`,
        "CREATE TABLE drill.ledger (client integer, seq integer, PRIMARY KEY (client, seq))",
        "COMMIT",
      ].join(";"),
    );
  });

/** Every row that is there. */
export const readTable = (t: Target): Promise<Row[]> =>
  withClient(t, async (c) => (await c.query<Row>("SELECT client, seq FROM drill.ledger")).rows);

export const dropTable = (t: Target): Promise<void> =>
  withClient(t, async (c) => void (await c.query("DROP SCHEMA IF EXISTS drill CASCADE")));

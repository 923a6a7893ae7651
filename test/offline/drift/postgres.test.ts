import { postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { agentParams } from "../../../providers/postgres/agent";
import { drift } from "../../../providers/driver/drift";
import { same } from "../../../providers/overlay";
import { raw, sh } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { rows } from "../../e2e/drift/row";
import { Sandbox } from "../postgres/sandbox";

// Proves with a real server that the drift table's changes of PostgreSQL happen, show at the path that they name, never show a secret, and are repaired by our own steps
// without the server being started again. DRBD, the mount and Pacemaker are stand-ins (test/e2e/drift.test.ts has the real ones).

jest.setTimeout(180_000);

const elsewhere = {
  managed: "yes",
  files: undefined,
  server: undefined,
  stamp: {},
  drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
  place: { mountPoint: "empty", running: false },
} as PostgresSeen;

/** The mount is a stand-in, and a log-in by the database address needs root's .pgpass. */
const ours = rows.filter((r) => r.seen?.resource === "qvddb-postgres-data" && !/mount -o|crm_resource/.test(r.change));

let box: Sandbox;
const see = (): Record<string, PostgresSeen> => ({ one: { ...box.see(), managed: "yes" }, two: elsewhere });
const bash = (text: string) => {
  const place = text
    .replaceAll("/var/lib/pgsql/data", box.spec.mountPoint)
    .replaceAll("psql -XAtqw", `psql -h ${box.spec.settings.unix_socket_directories} -p ${box.spec.port} -XAtqw`);
  return box.run({ script: raw(place) });
};

function converge(): string[] {
  const done: string[] = [];
  for (let round = 0; round < 3; round++) {
    const todo = steps(postgres.plan(box.spec, see()));
    if (todo.length === 0) return done;
    for (const step of todo) {
      done.push(step.reason);
      expect(box.run(step.command)).toMatchObject({ code: 0 });
    }
  }
  throw new Error(`not done: ${done.join("; ")}`);
}

beforeAll(async () => {
  box = await Sandbox.make({ settings: { tcp_keepalives_idle: 60 } });
  const quiet = { one: box.see(), two: { ...elsewhere, managed: "no" as const } };
  const [seed] = steps(postgres.plan(box.spec, quiet));
  expect(box.run((seed as NonNullable<typeof seed>).command)).toMatchObject({ code: 0 });
  const p = agentParams(box.spec);
  expect(
    box.run({
      script: sh`drbdadm primary postgres; mountpoint || mount; cd /
runuser -u postgres -- ${p.pgctl as string} start -s -w -D ${p.pgdata as string} -l ${p.logfile as string} </dev/null`,
    }),
  ).toMatchObject({ code: 0 });
  expect(converge()).toEqual([]);
});
afterAll(() => box.end());

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);

test("there are rows to be tried", () => expect(ours.length).toBeGreaterThanOrEqual(11));

test.each(ours.map((r) => [r.name, r] as const))("%s", (_name, row) => {
  const { path = "", says } = row.seen ?? {};
  const own = path.replace("ACTIVE", "one");
  const since = box.sql("select pg_postmaster_start_time()");
  expect(bash(row.change)).toMatchObject({ code: 0 });

  const shown = { ...postgres.live(box.spec, see()), ...drift(postgres, box.spec, see()) };
  expect(same(at(shown, own), at(box.spec, own))).toBe(false);
  if (says !== undefined) expect(JSON.stringify(at(shown, own))).toContain(says);
  if (row.secret) expect(JSON.stringify(shown)).not.toContain(row.secret);

  expect(converge()).not.toEqual([]);
  expect(same(postgres.live(box.spec, see()), box.spec)).toBe(true);
  if (!row.repaired.includes("PGPASSFILE")) expect(bash(row.repaired)).toMatchObject({ code: 0 });
  expect(box.sql("select pg_postmaster_start_time()")).toBe(since);
});

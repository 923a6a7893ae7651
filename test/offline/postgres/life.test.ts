/**
 * Proves with the real PostgreSQL of this machine that what is rendered starts, seeds, logs in and is read back as the wanted spec.
 * DRBD, mounts and Pacemaker are stand-ins here: their part is proved on real machines.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { postgres } from "../../../providers/postgres";
import type { PostgresSpec } from "../../../providers/postgres";
import { agentParams } from "../../../providers/postgres/agent";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { sh } from "../../../providers/remote";
import type { Step } from "../../../providers/step";
import { steps } from "../../../providers/step";
import { settings as settingsOf } from "../../../tools/export/database";
import type { Database } from "../../../tools/export/facts";
import { Sandbox } from "./sandbox";

jest.setTimeout(180_000);

const quiet = { managed: "no", files: undefined, server: undefined, stamp: {} } as const;
const elsewhere = {
  ...quiet,
  drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
  place: { mountPoint: "absent", running: false },
} as PostgresSeen;

describe("the life of a server", () => {
  let box: Sandbox;
  const see = (spec?: PostgresSpec): Record<string, PostgresSeen> => ({ one: box.see(spec), two: elsewhere });
  const planned = (spec = box.spec): Step[] => steps(postgres.plan(spec, see(spec)));
  const seed = (spec = box.spec): Step => planned(spec).find((s) => s.reason.startsWith("make the data")) as Step;
  const proof = (): Step => planned().find((s) => s.reason.startsWith("prove")) as Step;

  beforeAll(async () => {
    box = await Sandbox.make();
  });
  afterAll(() => box.end());

  /** The server as Pacemaker would have it: mounted and started by the agent's own command. */
  const start = (more = ""): void => {
    const p = agentParams(box.spec);
    const r = box.run({
      script: sh`drbdadm primary postgres; mountpoint || mount; cd /
runuser -u postgres -- ${p.pgctl as string} start -s -w -D ${p.pgdata as string} -l ${p.logfile as string} -o ${`-c config_file=${p.pgdata}/postgresql.conf${more}`} </dev/null`,
    });
    expect(r).toMatchObject({ code: 0 });
  };
  const stop = (): void => {
    const p = agentParams(box.spec);
    const r = box.run({
      script: sh`cd /; runuser -u postgres -- ${p.pgctl as string} stop -s -w -m fast -D ${p.pgdata as string}`,
    });
    expect(r).toMatchObject({ code: 0 });
  };
  const managed = (seen: Record<string, PostgresSeen>): Record<string, PostgresSeen> => ({
    ...seen,
    one: { ...(seen.one as PostgresSeen), managed: "yes" },
  });
  /** Plans and runs until nothing is left, as the driver does; gives the reasons. */
  const converge = (spec: PostgresSpec): string[] => {
    const done: string[] = [];
    for (let round = 0; round < 3; round++) {
      const todo = steps(postgres.plan(spec, managed(see(spec))));
      if (todo.length === 0) return done;
      for (const step of todo) {
        done.push(step.reason);
        expect(box.run(step.command)).toMatchObject({ code: 0, stderr: "" });
      }
    }
    throw new Error(`not done: ${done.join("; ")}`);
  };

  test("an interrupted initdb is no data: it is made anew", () => {
    mkdirSync(join(box.root, "state", "fs", ".qvd-ha-initdb"), { recursive: true });
    writeFileSync(join(box.root, "state", "fs", "base"), "");
    const r = box.run(seed().command);
    expect(r).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(box.root, "state", "mounted"))).toBe(false);
    expect(readFileSync(join(box.root, "state", "role"), "utf8")).toMatch(/^Secondary/);
    expect(box.see().stamp.seeded).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a step that cannot begin says so, and nothing else", () => {
    const step = proof();
    const drbdadm = join(box.root, "bin", "drbdadm");
    const real = readFileSync(drbdadm);
    writeFileSync(
      drbdadm,
      '#!/bin/sh\n[ "$1" != primary ] || { echo "State change failed: peer is Primary" >&2; exit 11; }\n',
    );
    const r = box.run(step.command);
    writeFileSync(drbdadm, real);
    expect(r).toMatchObject({ code: 11, stderr: "State change failed: peer is Primary\n" });
    expect(box.see().stamp.proved).toBeUndefined();
  });

  test("seeding again changes nothing, and the second node proves it", () => {
    const again = box.with({ addresses: { one: "127.0.0.1", two: "127.0.0.2" } });
    expect(box.run(seed(again).command)).toMatchObject({ code: 0, stderr: "" });
    expect(box.run(proof().command)).toMatchObject({ code: 0, stderr: "" });
    const { stamp } = box.see();
    expect(stamp.proved).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a proof with another password fails, and leaves nothing running, mounted or promoted", () => {
    const other = box.with({ role: { name: "qvd", password: "wrong" } });
    const step = steps(postgres.plan(other, see(other))).find((s) => s.reason.startsWith("prove")) as Step;
    const r = box.run(step.command);
    expect(r.code).not.toBe(0);
    expect(r.stderr).toMatch(/password authentication failed for user "qvd"/);
    expect(r.stderr).not.toMatch(/wrong/);
    expect(existsSync(join(box.root, "state", "mounted"))).toBe(false);
    expect(readFileSync(join(box.root, "state", "role"), "utf8")).toMatch(/^Secondary/);
  });

  test("what an interrupted run left running is released", () => {
    start();
    const fresh = box.with({ mountOptions: "noatime,nodiratime" });
    const release = steps(postgres.plan(fresh, see(fresh)))[0] as Step;
    expect(release.danger).toBe("stops");
    expect(box.run(release.command)).toMatchObject({ code: 0, stderr: "" });
    expect(box.see(fresh).place).toMatchObject({ running: false, mountPoint: "empty" });
  });

  test("running under the cluster, it is read back as the wanted spec, and nothing is to be done", () => {
    start();
    const seen = managed(see());
    expect(postgres.live(box.spec, seen)).toEqual(box.spec);
    expect(postgres.plan(box.spec, seen).stages).toEqual([]);
    expect(box.sql("show data_checksums")).toBe("on");
    expect(box.sql("show default_transaction_isolation")).toBe("serializable");
    expect(box.sql("show timezone")).toBe("UTC");
    expect(box.sql("select pg_get_userbyid(datdba) from pg_database where datname = 'qvddb'")).toBe("qvd");
    expect(box.sql("select count(*) from ha.pacemaker_monitor")).toBe("1");
  });

  test("the agent's monitor works as the agent runs it: by runuser and a shell, over the socket, by mapping alone", () => {
    const p = agentParams(box.spec);
    const psql = `cd ${p.pgdata}; ${p.psql} -p ${p.pgport} ${p.pgdb} -h ${p.socketdir} -c '${p.monitor_sql}'`;
    const r = spawnSync("runuser", ["postgres", "-c", psql], {
      encoding: "utf8",
      env: { ...process.env, PGUSER: p.monitor_user, PGPASSWORD: p.monitor_password },
    });
    expect(r.stdout.trim()).toBe("UPDATE 1");
    expect(r.stderr).toBe("");
  });

  test("a new password, and no trace of it or its verifier in the server's log", () => {
    const spec = box.with({ role: { name: "qvd", password: "another_One-77" } });
    expect(converge(spec)).toEqual(["the password of qvd is not the wanted one"]);
    const log = readFileSync(box.spec.logFile, "utf8");
    expect(log).toMatch(/show timezone/);
    expect(log).not.toMatch(/SCRAM-SHA-256\$|another_One|aZ09_-/);
    expect(postgres.live(box.spec, managed(see()))?.role.password).toBe("(another password)");
    expect(converge(box.spec)).toHaveLength(1);
  });

  test("drift by hand is seen in the spec and taken back without a restart", () => {
    writeFileSync(join(box.root, "data", "pg_hba.conf"), "local all all peer\nhost all all 0.0.0.0/0 trust # ha\n");
    box.sql("alter system set work_mem = '7MB'", "postgres", "postgres");
    box.sql("alter database qvddb owner to postgres");
    box.sql("drop table ha.pacemaker_monitor");
    const live = postgres.live(box.spec, managed(see())) as PostgresSpec;
    expect(live.hba[1]).toEqual({ type: "host", database: "all", user: "all", address: "0.0.0.0/0", method: "trust" });
    expect(live.settings.work_mem).toBe("7MB");
    expect(live.database.owner).toBe("postgres");
    // What is wrong with the monitor is told by the step's reason, below.
    const began = box.sql("select pg_postmaster_start_time()");
    expect(converge(box.spec)).toEqual([
      "rewrite pg_hba.conf and have the server read it",
      "take back what ALTER SYSTEM set over postgresql.conf: work_mem",
      "database qvddb belongs to postgres, ha.pacemaker_monitor is not as the monitor needs it",
    ]);
    expect(box.sql("select pg_postmaster_start_time()")).toBe(began);
    expect(postgres.live(box.spec, managed(see()))).toEqual(box.spec);
  });

  test("a setting that needs a restart ends in one, by the cluster", () => {
    const spec = box.with({ settings: { ...box.spec.settings, max_connections: "50" } });
    const first = steps(postgres.plan(spec, managed(see(spec))));
    expect(first.map((s) => s.danger ?? "none")).toEqual(["none", "none"]);
    for (const s of first) expect(box.run(s.command)).toMatchObject({ code: 0, stderr: "" });
    const [restart] = steps(postgres.plan(spec, managed(see(spec))));
    expect(restart).toMatchObject({
      danger: "restarts",
      reason: "restart p_postgres by the cluster: max_connections cannot change while it runs",
    });
    expect(postgres.live(spec, managed(see(spec)))?.settings.max_connections).toBe("50 (waits for a restart)");
    converge(box.spec);
  });

  test("what the agent's command line sets waits for no restart, though the server says so after a reload", () => {
    stop();
    start(" -h 127.0.0.1");
    box.sql("select pg_reload_conf()", "postgres", "postgres");
    for (let i = 0; i < 100 && box.sql("select count(*) from pg_settings where pending_restart") !== "1"; i++);
    expect(box.sql("select name || ' ' || source from pg_settings where pending_restart")).toBe(
      "listen_addresses command line",
    );
    expect(postgres.plan(box.spec, managed(see())).stages).toEqual([]);
    stop();
    start();
  });

  test("that restart ends when the server answers, not when the cluster has only begun to start it", () => {
    // As crm_resource of Pacemaker 2.1.5 was seen to do: it takes a start on its way for an end.
    const p = agentParams(box.spec);
    const tool = (name: string, text: string): void =>
      writeFileSync(join(box.root, "bin", name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    const control = `cd /; runuser -u postgres -- ${p.pgctl} -s -w -D ${p.pgdata}`;
    tool("systemd-run", `while [[ $1 == -* ]]; do shift; done; exec "$@"`);
    tool(
      "crm_resource",
      `${control} stop -m fast; (sleep 3; ${control} start -l ${p.logfile} -o "-c config_file=${p.pgdata}/postgresql.conf") >/dev/null 2>&1 </dev/null &`,
    );
    const spec = box.with({ settings: { ...box.spec.settings, max_connections: "50" } });
    expect(converge(spec)).toContain("restart p_postgres by the cluster: max_connections cannot change while it runs");
    expect(box.sql("show max_connections")).toBe("50");
    converge(box.spec);
    expect(box.sql("show max_connections")).not.toBe("50");
  });

  test("a value that the server would refuse is refused before it is in place", () => {
    const spec = box.with({ settings: { ...box.spec.settings, work_mem: "plenty" } });
    const [rewrite] = steps(postgres.plan(spec, managed(see(spec))));
    const r = box.run((rewrite as Step).command);
    expect(r.code).not.toBe(0);
    expect(r.stderr).toMatch(/invalid value for parameter "work_mem": "plenty"/);
    expect(postgres.live(box.spec, managed(see()))).toEqual(box.spec);
  });

  test("md5 for old clients: a change of method gives the role another verifier", () => {
    const spec = box.with({
      authentication: "md5",
      settings: { ...box.spec.settings, password_encryption: "md5" },
      hba: box.spec.hba.map((r) => (r.type === "host" ? { ...r, method: "md5" } : r)),
    });
    expect(converge(spec)).toHaveLength(2);
    expect(box.sql("select left(rolpassword, 3) from pg_authid where rolname = 'qvd'")).toBe("md5");
    const r = spawnSync(
      spec.psql,
      ["-XAtqw", "-h", "127.0.0.1", "-p", String(spec.port), "-U", "qvd", "-c", "select 1", "qvddb"],
      { encoding: "utf8", env: { PGPASSWORD: spec.role.password } },
    );
    expect(r).toMatchObject({ status: 0, stdout: "1\n" });
    converge(box.spec);
  });

  test("a configuration by hand, initdb's own with lines at its end, is left alone where it means the same", () => {
    const sample = box.run({
      script: sh`cd /; d=$(mktemp -d); chown postgres: "$d"; runuser -u postgres -- ${`${box.spec.binDir}/initdb`} -D "$d/data" --locale=C.UTF-8 -E UTF8 >/dev/null
cat "$d/data/postgresql.conf"; rm -rf "$d"`,
    });
    const { port, unix_socket_directories: socket = "" } = box.spec.settings;
    const conf = join(box.root, "data", "postgresql.conf");
    const byHand = `${sample.stdout}\nport = ${port}\nunix_socket_directories = '${socket}'\ndefault_transaction_isolation = serializable\nlisten_addresses='*'\nshared_buffers = 16384kB\nlog_statement = ALL\n`;
    writeFileSync(conf, byHand);
    box.sql("select pg_reload_conf()", "postgres", "postgres");
    const { parameters = {} } = box.see().server ?? {};
    // What a person would have to say, so that a stack's configuration means the same as this file.
    const said = settingsOf(byHand, { parameters } as Database, "scram-sha-256");
    expect(said).toMatchObject({ default_text_search_config: "pg_catalog.english", tcp_keepalives_idle: "0" });
    for (const unsaid of ["max_connections", "max_wal_size", "datestyle", "fsync", "default_transaction_isolation"])
      expect(said).not.toHaveProperty(unsaid);
    // In other notations than the file's.
    const spec = box.with({ settings: { ...said, port: String(port), shared_buffers: "16MB", log_statement: "all" } });
    expect(steps(postgres.plan(spec, managed(see(spec))))).toEqual([]);
    expect(postgres.live(spec, managed(see(spec)))).toEqual(spec);
    // One more client is one file, and not that one.
    const hba = [...spec.hba, { type: "host", database: "qvddb", user: "qvd", address: "10.0.0.0/8", method: "md5" }];
    const more = box.with({ settings: spec.settings, hba });
    expect(converge(more)).toEqual(["rewrite pg_hba.conf and have the server read it"]);
    expect(readFileSync(conf, "utf8")).toBe(byHand);
    // Another value is the whole file, ours from then on; the one before is kept beside it.
    const other = box.with({ settings: { ...spec.settings, work_mem: "8MB" }, hba });
    expect(converge(other)).toEqual(["rewrite postgresql.conf and have the server read it"]);
    expect(readFileSync(`${conf}.before-qvd-ha`, "utf8")).toBe(byHand);
    converge(box.spec);
  });

  test("removal stops, unmounts and forgets; the data stays", () => {
    const todo = steps(postgres.remove(box.spec, see()));
    expect(todo.map((s) => s.danger)).toEqual(["stops"]);
    for (const s of todo) expect(box.run(s.command)).toMatchObject({ code: 0, stderr: "" });
    expect(box.see()).toMatchObject({ stamp: {}, place: { mountPoint: "absent", running: false } });
    expect(existsSync(join(box.root, "state", "fs", "PG_VERSION"))).toBe(true);
    expect(postgres.remove(box.spec, see()).stages).toEqual([]);
  });
});

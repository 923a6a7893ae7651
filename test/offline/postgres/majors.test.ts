import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { postgresSchema } from "../../../providers/postgres";
import { files } from "../../../providers/postgres/render";
import type { Upgrade } from "../../../providers/postgres/upgrade";
import {
  afterScript,
  backScript,
  checkScript,
  clearScript,
  forgetScript,
  parseState,
  stateScript,
  upgradeScript,
} from "../../../providers/postgres/upgrade";
import type { Sh } from "../../../providers/remote";

// Proves with the real programs of PostgreSQL 15 and 17, in a root of their own, with our configuration files and real data: what is refused before anything stops, the upgrade, what it took
// along, and the way back. QVD_HA_PG_MAJORS names the root; test/offline/postgres/majors.sh makes one. It knows no cluster and no DRBD.

jest.setTimeout(1800_000);

const ROOT = process.env.QVD_HA_PG_MAJORS as string;
const DATA = "/srv/pgdata";
const bin = (v: string): string => `/usr/lib/postgresql/${v}/bin`;
const up: Upgrade = {
  dataDirectory: DATA,
  osUser: "postgres",
  from: "15",
  to: "17",
  fromBin: bin("15"),
  toBin: bin("17"),
  mode: "copy",
};
const down: Upgrade = { ...up, from: "17", to: "15", fromBin: bin("17"), toBin: bin("15") };

const spec = postgresSchema.parse({
  connections: {
    one: { host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA", privateKey: "key" },
    two: { host: "192.0.2.2", hostKey: "ssh-ed25519 AAAA", privateKey: "key" },
  },
  seedNode: "one",
  addresses: { one: "127.0.0.1", two: "127.0.0.1" },
  address: "127.0.0.2",
  port: 54329,
  mountPoint: DATA,
  hba: [{ type: "host", database: "qvddb", user: "qvd", address: "127.0.0.0/8", method: "scram-sha-256" }],
  role: { password: "aZ09_-aZ09_-" },
  settings: { shared_buffers: "16MB", listen_addresses: "127.0.0.1", unix_socket_directories: "/srv/socket" },
});

function bash(text: string): { code: number; out: string } {
  const r = spawnSync("chroot", [ROOT, "bash", "--norc", "-euo", "pipefail", "-c", text], {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", HOME: "/root" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: r.status ?? 128, out: r.stdout + r.stderr };
}
function must(text: string): string {
  const r = bash(text);
  if (r.code !== 0) throw new Error(r.out.slice(-4000));
  return r.out.trim();
}
const run = (s: Sh): string => must(s.text);
const as = (v: string, command: string): string => must(`cd /; runuser -u postgres -- ${bin(v)}/${command}`);
const start = (v: string): string =>
  as(v, `pg_ctl start -s -w -D ${DATA} -l /srv/socket/log >/dev/null 2>&1 || { cat /srv/socket/log; exit 1; }`);
const stop = (v: string): string => as(v, `pg_ctl stop -s -w -m fast -D ${DATA}`);
const sql = (text: string, database = "qvddb"): string =>
  as("17", `psql -XAtqw -h /srv/socket -p ${spec.port} -d ${database} -c "${text}"`);
/** Everything that is in it, as one version's pg_dumpall says it. */
const dump = (): string =>
  as("17", `pg_dumpall -h /srv/socket -p ${spec.port}`)
    .split("\n")
    .filter((l) => !/^(--|\\(un)?restrict )/.test(l) && l !== "")
    .join("\n");
const state = () => parseState(run(stateScript(DATA)));

beforeAll(() => {
  must(
    `rm -rf /srv/pgdata /srv/socket /srv/socket/log; install -d -o postgres -g postgres -m 700 ${DATA} /srv/socket; mountpoint -q /proc || mount -t proc proc /proc; mountpoint -q /dev/shm || mount -t tmpfs tmpfs /dev/shm`,
  );
  as("15", `initdb -D ${DATA} -E UTF8 --locale=C.UTF-8 --data-checksums -N >/dev/null`);
  mkdirSync(join(ROOT, DATA), { recursive: true });
  for (const [name, text] of Object.entries(files(spec))) writeFileSync(join(ROOT, DATA, name), text);
  must(`chown -R postgres: ${DATA}; echo kept >${DATA}/.qvd-ha-backup`);
  start("15");
  for (const line of [
    "create role qvd login password 'aZ09_-aZ09_-'",
    "create role ha_monitor login",
    "create database qvddb owner qvd template template0 encoding 'UTF8' locale 'C.UTF-8'",
    "alter database qvddb set default_transaction_isolation = 'serializable'",
  ])
    sql(line, "postgres");
  for (const line of [
    "create schema ha authorization ha_monitor",
    "create table ha.pacemaker_monitor (read_by text)",
    "create extension pgcrypto",
    "create table rows (id serial primary key, t text, at timestamptz default now())",
    "insert into rows (t) select encode(digest(i::text, 'sha256'), 'hex') from generate_series(1, 20000) i",
    "create index on rows (t)",
    "create function f() returns trigger language plpgsql as 'begin notify changed; return new; end'",
    "create trigger told after insert on rows for each row execute function f()",
    "select lo_from_bytea(0, 'large object')",
    "create materialized view counted as select count(*) from rows",
  ])
    sql(line);
});
afterAll(() => {
  bash(
    `for v in 15 17; do runuser -u postgres -- /usr/lib/postgresql/$v/bin/pg_ctl stop -D ${DATA} -m immediate; done; umount /dev/shm /proc`,
  );
  rmSync(join(ROOT, DATA), { recursive: true, force: true });
});

let before: string;

describe("while the server runs", () => {
  beforeAll(() => void (before = dump()));
  afterEach(() => void run(clearScript(up)));

  test("what cannot be upgraded is refused in pg_upgrade's own words, with what it names, and the server goes on", () => {
    sql("create table stubborn (p regproc)");
    const r = bash(checkScript(up).text);
    expect(r.code).toBe(1);
    expect(r.out).toMatch(/reg\* data types in user tables|"reg\*" system data types/);
    expect(r.out).toContain("public.stubborn.p");
    sql("drop table stubborn");
    expect(sql("select 1")).toBe("1");
  });

  test("a setting that the new version does not know is refused with its name", () => {
    sql("alter system set old_snapshot_threshold = '1h'");
    const r = bash(checkScript(up).text);
    expect(r).toMatchObject({
      code: 1,
      out: expect.stringMatching(/PostgreSQL 17 does not take the settings of 15: .*old_snapshot_threshold/s),
    });
    sql("alter system reset old_snapshot_threshold");
  });

  test("the upgrade itself is refused while a server has the data open, and without a check before", () => {
    expect(bash(upgradeScript(up).text)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/nothing was checked before/),
    });
    run(checkScript(up));
    expect(bash(upgradeScript(up).text)).toMatchObject({ code: 1, out: expect.stringMatching(/a server has .* open/) });
    expect(state()).toMatchObject({ version: "15", stage: "checked" });
  });
});

test("all of it is there afterwards, checksums and configuration, too; the old data is kept as it was", () => {
  run(checkScript(up));
  expect(sql("select 1")).toBe("1");
  stop("15");
  run(upgradeScript(up));
  run(upgradeScript(up));
  expect(state()).toMatchObject({ version: "17", stage: "exchanged copy" });
  start("17");
  expect(dump()).toBe(before);
  expect(sql("show server_version")).toMatch(/^17\./);
  expect(sql("show data_checksums")).toBe("on");
  expect(sql("select count(*) from pg_stats where tablename = 'rows'")).toBe("0");
  for (const [name, text] of Object.entries(files(spec))) expect(must(`cat ${DATA}/${name}`)).toBe(text.trim());
  run(afterScript(up));
  expect(Number(sql("select count(*) from pg_stats where tablename = 'rows'"))).toBeGreaterThan(0);
  expect(state()).toMatchObject({ stage: "", kept: { "15": expect.any(Number) } });
  expect(must(`cat ${DATA}/.qvd-ha-backup`)).toBe("kept");
  expect(must(`${bin("15")}/pg_controldata ${DATA}/.postgresql-15 | grep state`)).toMatch(/shut down$/);
});

test("the way back: the data as it was, without what was written since; what is left is kept", () => {
  sql("insert into rows (t) values ('since')");
  stop("17");
  run(backScript(down));
  run(backScript(down));
  expect(state()).toMatchObject({ version: "15", stage: "back-exchanged", kept: { "17": expect.any(Number) } });
  start("15");
  expect(sql("show server_version")).toMatch(/^15\./);
  expect(dump()).toBe(before);
  run(clearScript(down));
});

test("up again is refused until what was kept is thrown away; with link it has no way back", () => {
  run(forgetScript(DATA, "17"));
  const link: Upgrade = { ...up, mode: "link" };
  run(checkScript(link));
  stop("15");
  run(upgradeScript(link));
  start("17");
  expect(dump()).toBe(before);
  run(afterScript(link));
  stop("17");
  expect(bash(backScript(down).text)).toMatchObject({ code: 1, out: expect.stringMatching(/made with link/) });
  run(clearScript(up));
  start("17");
  run(forgetScript(DATA, "15"));
  expect(sql("select count(*) from rows")).toBe("20000");
});

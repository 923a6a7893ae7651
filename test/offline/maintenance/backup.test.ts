/**
 * Proves with the real PostgreSQL of this machine that a dump is whole or not there, that it is restored row for row, and that a bad one is found out.
 * The replicated disk is a stand-in: /proc/drbd is a file, and the backups lie on another file system than the data.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { files } from "../../../providers/maintenance/backup/render";
import { schema } from "../../../providers/maintenance/backup/spec";
import type { BackupSpec } from "../../../providers/maintenance/backup/spec";
import { renderScript } from "../../../providers/maintenance/jobs/script";
import type { Ended } from "./room";
import { connections, proc, Room, until } from "./room";
import { Server } from "./server";

jest.setTimeout(180_000);

describe("a backup of the database", () => {
  let server: Server;
  let room: Room;
  let directory: string;
  const spec = (more: Partial<BackupSpec> = {}): BackupSpec =>
    schema.parse({
      connections,
      ...server.told,
      directory,
      metrics: room.at("metrics"),
      ...more,
    });
  const backup = (): Ended => room.run("usr/local/lib/qvd-ha/backup");
  const restore = (...args: string[]): Ended => room.run("usr/local/lib/qvd-ha/restore", args);
  const dumps = (): string[] =>
    execFileSync("ls", ["-A", directory], { encoding: "utf8" })
      .split("\n")
      .filter((f) => f !== "");

  beforeAll(async () => {
    server = await Server.make();
    server.sql(
      `create table public.users (id serial primary key, login text not null unique, blob bytea, at timestamptz default now(), weight double precision);
       insert into public.users (login, blob, weight) select 'user ' || i, decode(md5(i::text), 'hex'), 1.0 / i from generate_series(1, 2000) i;
       create table public."Odd name; --" (j jsonb, n numeric[], e text);
       insert into public."Odd name; --" values ('{"a": [1, null]}', '{1.10,null}', E'tab\\tand ''quotes'''), (null, null, null), (null, null, null);
       create view public.logins as select login from users;
       create table public.empty ()`,
      "qvddb",
      "qvd",
    );
  });
  afterAll(() => server.end());
  beforeEach(() => {
    room = new Room();
    directory = mkdtempSync("/dev/shm/qvd-ha-backups-");
    room.listen();
    room.put("proc/drbd", proc());
    room.put("root/.pgpass", `127.0.0.1:${server.port}:qvddb:qvd:${server.password}\n`, 0o600);
    room.install(files(spec()));
  });
  afterEach(() => {
    room.end();
    rmSync(directory, { recursive: true, force: true });
  });

  test("is restored into an instance of its own, row for row", () => {
    const made = backup();
    expect(made).toMatchObject({ code: 0 });
    const [dump = "", rows, sum] = dumps();
    expect(dump).toMatch(/^qvddb-\d{8}T\d{6}Z\.dump$/);
    expect([rows, sum]).toEqual([`${dump}.rows`, `${dump}.sha256`]);
    expect(execFileSync("stat", ["-c", "%a", directory, join(directory, dump)], { encoding: "utf8" })).toBe(
      "700\n600\n",
    );
    expect(room.messages()).toEqual([]);
    expect(room.read("metrics/qvd_ha_backup.prom")).toMatch(/qvd_ha_backup_failed\{database="qvddb"\} 0/);
    const r = restore("scratch", "latest");
    expect(r).toMatchObject({ code: 0 });
    expect(r.stderr).toMatch(/3 tables, 2003 rows: the same as were dumped/);
  });

  test("differs from another one by a single bit of a single value, and that is found", async () => {
    const rows = (): string[] => dumps().filter((f) => f.endsWith(".rows"));
    const text = (f: string): string => execFileSync("cat", [join(directory, f)], { encoding: "utf8" });
    expect(backup().code).toBe(0);
    await new Promise((r) => setTimeout(r, 1100));
    server.sql("update users set weight = weight * (1 + 1e-15) where id = 77");
    expect(backup().code).toBe(0);
    const [before = "", after = ""] = rows();
    expect(text(after)).not.toBe(text(before));
    execFileSync("cp", [join(directory, after), join(directory, before)]);
    const r = restore("scratch", before.replace(/\.rows$/, ""));
    expect(r.code).toBe(1);
    expect(r.stderr).toMatch(/the rows in the scratch instance are not those that were dumped/);
  });

  test("is one moment's, however much is written meanwhile", () => {
    room.put(
      "bin/pg_dump",
      `#!/bin/bash\n${server.bin}/psql -XAtqw -h 127.0.0.1 -p ${server.port} -U qvd -d qvddb -c "insert into users (login) values ('meanwhile ' || clock_timestamp())" >/dev/null\nexec ${server.bin}/pg_dump "$@"\n`,
      0o755,
    );
    for (const p of ["psql", "pg_restore", "initdb", "pg_ctl"])
      room.put(`bin/${p}`, `#!/bin/bash\nexec ${server.bin}/${p} "$@"\n`, 0o755);
    room.install(files(spec({ bin: room.at("bin") })));
    const before = Number(server.sql("select count(*) from users"));
    expect(backup()).toMatchObject({ code: 0 });
    expect(Number(server.sql("select count(*) from users"))).toBe(before + 1);
    const r = restore("scratch", "latest");
    expect(r.stderr).toMatch(new RegExp(`3 tables, ${before + 3} rows: the same`));
    expect(r.code).toBe(0);
  });

  test("killed in its middle leaves no file under the final name, and the next one clears up", async () => {
    room.put("bin/pg_dump", `#!/bin/bash\n${server.bin}/pg_dump "$@"; sleep 60\n`, 0o755);
    for (const p of ["psql", "pg_restore"]) room.put(`bin/${p}`, `#!/bin/bash\nexec ${server.bin}/${p} "$@"\n`, 0o755);
    room.install(files(spec({ bin: room.at("bin") })));
    const child = room.start("usr/local/lib/qvd-ha/backup");
    await until(() => dumps().some((f) => f.endsWith(".part")), 30, "a dump that is being made");
    child.endAll();
    expect(dumps().filter((f) => !f.startsWith("."))).toEqual([]);
    room.install(files(spec()));
    expect(backup()).toMatchObject({ code: 0 });
    expect(dumps().filter((f) => f.startsWith("."))).toEqual([]);
    expect(dumps()).toHaveLength(3);
  });

  test("that fails is told, with the reason and without the password, and what was there stays", () => {
    expect(backup().code).toBe(0);
    const there = dumps();
    server.stop();
    const r = backup();
    server.start();
    expect(r.code).not.toBe(0);
    expect(room.messages()).toEqual(["critical: the backup of qvddb failed while asking the database for a snapshot"]);
    const [message = ""] = room.list("var/spool/qvd-ha/in").map((f) => room.read(`var/spool/qvd-ha/in/${f}`));
    expect(message).toMatch(/Connection refused/);
    expect(message + r.stderr + r.stdout).not.toContain(server.password);
    expect(room.read("metrics/qvd_ha_backup.prom")).toMatch(/qvd_ha_backup_failed\{database="qvddb"\} 1/);
    expect(dumps()).toEqual(there);
  });

  test("is made by the active node alone", () => {
    room.put("proc/drbd", proc({ ro: "Secondary/Primary" }));
    expect(backup()).toMatchObject({
      code: 0,
      stderr: "postgres is Secondary here: this is for the node that is active\n",
    });
    expect(dumps()).toEqual([]);
    expect(room.messages()).toEqual([]);
  });

  test("is not put on the replicated disk", () => {
    room.install(files(spec({ directory: join(server.root, "backups") })));
    expect(backup().code).toBe(1);
    expect(room.messages()).toHaveLength(1);
  });

  test("that was changed on the disk is refused before anything is restored", () => {
    expect(backup().code).toBe(0);
    const [dump = ""] = dumps();
    appendFileSync(join(directory, dump), "x");
    expect(restore("scratch", dump)).toMatchObject({ code: 65 });
    truncateSync(join(directory, dump), 100);
    expect(restore("database", dump)).toMatchObject({ code: 65 });
  });

  test("goes back into the database itself in one transaction, while clients are there", () => {
    const good = server.sql("select md5(string_agg(u::text, '' order by id)) from users u");
    expect(backup().code).toBe(0);
    server.sql("delete from users where id % 2 = 0; update \"Odd name; --\" set e = 'spoilt'");
    const r = restore("database", "latest");
    expect(r).toMatchObject({ code: 0 });
    expect(server.sql("select md5(string_agg(u::text, '' order by id)) from users u")).toBe(good);
    expect(server.sql("select count(*) from ha.pacemaker_monitor")).toBe("1");
    expect(server.sql("select pg_get_userbyid(relowner) from pg_class where relname = 'users'")).toBe("qvd");
  });

  test("that does not fit into the database leaves it as it is", () => {
    expect(backup().code).toBe(0);
    server.sql("create view ha.holds as select login from public.users");
    const r = restore("database", "latest");
    expect(r.code).not.toBe(0);
    expect(r.stderr).toMatch(/cannot drop/);
    server.sql("drop view ha.holds");
    expect(Number(server.sql("select count(*) from users"))).toBeGreaterThan(1999);
  });

  test("old ones go, by number and by age; one that cannot be read counts for nothing", () => {
    const stamp = (days: number): string =>
      new Date(Date.now() - days * 86_400_000).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
    room.install(files(spec({ keep: { count: 3, days: 10 } })));
    for (const days of [1, 2, 3, 11, 40]) {
      const name = `qvddb-${stamp(days)}.dump`;
      for (const f of [name, `${name}.rows`, `${name}.sha256`])
        execFileSync("bash", ["-c", `echo x >${directory}/${f}`]);
      utimesSync(join(directory, name), 0, 0);
    }
    expect(backup().code).toBe(0);
    const left = dumps().filter((f) => f.endsWith(".dump"));
    expect(left.slice(0, 2)).toEqual(
      [`qvddb-${stamp(2)}.dump`.slice(0, 14), `qvddb-${stamp(1)}.dump`.slice(0, 14)].map(
        (p) => expect.stringContaining(p) as string,
      ),
    );
    expect(left).toHaveLength(3);
    expect(dumps()).toHaveLength(9);
  });
});

test("whatever there is, the newest good backup stays, and nothing that is young and few goes", () => {
  const keep = renderScript("configuration").match(/expired\(\) \{[^]*?\n\}/)?.[0] as string;
  const DAY = 86_400;
  const entry = fc.record({ age: fc.integer({ min: 0, max: 60 }), good: fc.boolean() });
  fc.assert(
    fc.property(
      fc.uniqueArray(entry, { maxLength: 12, selector: (e) => e.age }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 30 }),
      (entries, count, days) => {
        const now = 1_000 * DAY;
        const input = entries.map((e) => `b${e.age} ${now - e.age * DAY} ${e.good ? "good" : "bad"}\n`).join("");
        const gone = execFileSync("bash", ["-euo", "pipefail", "-c", `${keep}\nexpired ${count} ${days} ${now}`], {
          input,
          encoding: "utf8",
        })
          .split("\n")
          .filter(Boolean);
        const sorted = [...entries].sort((a, b) => a.age - b.age);
        const newest = sorted.find((e) => e.good);
        const wanted = sorted.filter((e, i) => e !== newest && (i >= count || e.age > days)).map((e) => `b${e.age}`);
        expect(gone.sort()).toEqual(wanted.sort());
      },
    ),
    { numRuns: 60 },
  );
});

/**
 * Proves with the real PostgreSQL, pgBackRest and sshd of this machine that what is written is archived on a third host, that a point in time comes back row
 * for row, that a broken archive is told, and what the nodes' key may not do. The third host is an account of its own on loopback; the replicated disk and
 * systemd are stand-ins, so what a failover does to it is for the lab to say.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pitr, repository } from "../../../providers/maintenance";
import { archiveSettings } from "../../../providers/maintenance/pitr/render";
import { schema } from "../../../providers/maintenance/pitr/spec";
import type { PitrSpec } from "../../../providers/maintenance/pitr/spec";
import { schema as repositorySchema } from "../../../providers/maintenance/repository/spec";
import type { RepositorySpec } from "../../../providers/maintenance/repository/spec";
import { renderConf } from "../../../providers/postgres/conf";
import { Sshd } from "../../host/support/sshd";
import { apply, read, takeAway } from "./node";
import type { Ended } from "./room";
import { proc, Room, until } from "./room";
import { Server } from "./server";

jest.setTimeout(300_000);

const ACCOUNT = `qvdha-t${process.pid}`;
const STANZA = `t${process.pid}`;
const PASSPHRASE = "a passphrase that nobody guesses".replace(/ /g, "-");
const SUMS = "select md5(string_agg(u::text, '' order by id)) from users u";

describe("a point in time", () => {
  let server: Server;
  let room: Room;
  let vault: string;
  let sshd: Sshd;
  let key: { publicKey: string; privateKey: string };

  const third = (more: Partial<RepositorySpec> = {}): RepositorySpec =>
    repositorySchema.parse({
      connections: { vault: sshd.connection },
      stanza: STANZA,
      account: ACCOUNT,
      directory: vault,
      publicKey: key.publicKey,
      passphrase: PASSPHRASE,
      server: { directory: server.data, port: server.port, socketDirectory: server.socket },
      ...more,
    });
  const node = (more: Partial<PitrSpec> = {}): PitrSpec =>
    schema.parse({
      connections: { qvddb1: sshd.connection },
      ...server.told,
      stanza: STANZA,
      account: ACCOUNT,
      repository: { host: "127.0.0.1", port: sshd.port, hostKey: sshd.connection.hostKey, directory: vault },
      privateKey: key.privateKey,
      metrics: "/run/qvd-ha/metrics",
      ...more,
    });
  const job = (...args: string[]): Ended => room.run("usr/local/lib/qvd-ha/pitr", args, {}, 240);
  const restore = (...args: string[]): Ended => room.run("usr/local/lib/qvd-ha/restore-time", args, {}, 240);
  /** @throws with what it said */
  const well = (r: Ended): void => {
    if (r.code !== 0) throw new Error(`it ended with ${r.code}: ${r.stderr}`);
  };
  const now = (): string => server.sql("select clock_timestamp()");
  const pause = (): string => server.sql("select pg_sleep(1.1)");
  const archived = (): Promise<void> => {
    const wanted = server.sql("select pg_walfile_name(pg_switch_wal())");
    return until(() => server.sql("select last_archived_wal from pg_stat_archiver") >= wanted, 60, "the log archived");
  };
  /** The third host's disk was lost, and what the deployment puts there is there again. */
  const emptied = (): void =>
    readdirSync(`${vault}/repo`).forEach((d) => rmSync(join(vault, "repo", d), { recursive: true }));
  const metric = (name: string): string | undefined =>
    new RegExp(`^qvd_ha_pitr_${name}\\{.*\\} (\\S+)$`, "m").exec(room.read("run/qvd-ha/metrics/qvd_ha_pitr.prom"))?.[1];
  /** As a node would, with what it has. */
  const asNode = (command: string): { code: number | null; text: string } => {
    const args = ["-u", "postgres", "--", room.at("usr/local/lib/qvd-ha/pitr-ssh"), `${ACCOUNT}@127.0.0.1`, command];
    const r = spawnSync("runuser", args, { encoding: "utf8", input: "", timeout: 30_000, cwd: "/" });
    return { code: r.status, text: r.stdout + r.stderr };
  };

  beforeAll(async () => {
    room = new Room();
    room.listen();
    room.put("proc/drbd", proc());
    room.standin(
      "systemctl",
      `echo "$*" >>$R/systemctl; case $2 in --property=UnitFileState) echo enabled;; --property=ActiveState) echo active;; --property=NeedDaemonReload) echo no;; esac`,
    );
    room.standin("drbdadm", "echo Primary/Secondary");
    vault = join(mkdtempSync("/var/tmp/qvd-ha-vault-"), "home");
    chmodSync(join(vault, ".."), 0o755);
    sshd = await Sshd.start("AuthorizedKeysFile=.ssh/authorized_keys", "StrictModes=yes", "AllowUsers=" + ACCOUNT);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(sshd.dir, "pitr")]);
    key = {
      publicKey: readFileSync(join(sshd.dir, "pitr.pub"), "utf8").trim(),
      privateKey: readFileSync(join(sshd.dir, "pitr"), "utf8"),
    };
    server = await Server.make();
    room.put("root/.pgpass", `127.0.0.1:${server.port}:qvddb:qvd:${server.password}\n`, 0o600);
    server.sql(
      "create table users (id serial primary key, login text); insert into users (login) select 'user ' || i from generate_series(1, 500) i",
      "qvddb",
      "qvd",
    );
  });
  afterAll(() => {
    server.end();
    room.end();
    sshd.stop();
    rmSync(join(vault, ".."), { recursive: true, force: true });
    spawnSync("userdel", [ACCOUNT]);
  });

  test("needs an account on the third host, which the deployment makes, and then nothing more", () => {
    const done = apply(room, repository, third(), "vault");
    expect(done[0]).toBe(`make the account ${ACCOUNT}`);
    expect(done).toContain(`make ${vault}`);
    expect(apply(room, repository, third(), "vault")).toEqual([]);
    expect(repository.live(third(), { vault: read(room, repository, third(), "vault") })).toEqual(third());
    const file = room.at(`etc/qvd-ha/repository-${STANZA}.pgbackrest`);
    expect(execFileSync("stat", ["-c", "%U:%G:%a", file], { encoding: "utf8" })).toBe(`root:${ACCOUNT}:640\n`);
    expect(execFileSync("stat", ["-c", "%U:%a", `${vault}/.ssh/authorized_keys`], { encoding: "utf8" })).toBe(
      "root:644\n",
    );
  });

  test("is made ready from the node that is active: a piece of the log has arrived before the deployment is done", () => {
    // As the deployment leaves postgresql.conf, and so as a restored copy finds it.
    const settings = {
      ...archiveSettings(STANZA, 60),
      port: String(server.port),
      unix_socket_directories: server.socket,
    };
    appendFileSync(join(server.data, "postgresql.conf"), room.moved(renderConf(settings)));
    server.stop();
    server.start();
    const done = apply(room, pitr, node(), "qvddb1");
    expect(done.at(-1)).toMatch(/make the place for the backups of t\d+ on 127\.0\.0\.1, and see a piece of the log/);
    expect(apply(room, pitr, node(), "qvddb1")).toEqual([]);
    expect(pitr.live(node(), { qvddb1: read(room, pitr, node(), "qvddb1") })).toEqual(node());
    expect(room.read("systemctl")).toContain("start --no-block qvd-ha-pitr.service");
    expect(readdirSync(`${vault}/repo/archive`)).toEqual([STANZA]);
    // Its timer's moment has not come, but there is no way back yet.
    expect(job("check").stderr).toMatch(/no valid backups/);
    expect(room.messages()).toEqual(["critical: point in time of qvddb: looking at the archive failed"]);
    rmSync(room.at("var/spool/qvd-ha/in"), { recursive: true });
    room.listen();
  });

  test("a full backup first, then what has changed since; and the repository has nothing in clear", () => {
    // As Pacemaker leaves it in the directory that it mounts.
    mkdirSync(join(server.data, ".Filesystem_status"), { mode: 0o751 });
    const first = job();
    well(first);
    expect(first.stderr).toMatch(/a backup \(full\) of qvddb is on 127\.0\.0\.1/);
    expect(job().stderr).toMatch(/a backup \(diff\) of qvddb/);
    expect(metric("failed")).toBe("0");
    expect(Number(metric("timestamp_seconds"))).toBeGreaterThan(Date.now() / 1000 - 120);
    expect(job("check")).toMatchObject({ code: 0 });
    expect(room.messages()).toEqual([]);
    // The only place where a login would stand as it is.
    expect(spawnSync("grep", ["-raq", "user 123", `${vault}/repo`]).status).toBe(1);
    expect(readFileSync(room.at("etc/qvd-ha/pgbackrest.conf"), "utf8")).not.toContain("cipher");
    expect(readdirSync(`${vault}/run`).filter((f) => f !== "lock")).toEqual([]);
  });

  test("comes back row for row, beside the server that serves", async () => {
    server.sql("insert into users (login) values ('wanted')", "qvddb", "qvd");
    const then = server.sql(SUMS);
    const rows = room.put("rows", "");
    const noted = now();
    execFileSync("bash", [
      "-euc",
      `${readFileSync("providers/maintenance/scripts/rows.sh", "utf8")}\nrows_sql '' ha | runuser -u postgres -- ${server.bin}/psql -XAtqw -h ${server.socket} -p ${server.port} -d qvddb >${rows}`,
    ]);
    pause();
    server.sql("delete from users where id % 2 = 0; insert into users (login) values ('unwanted')", "qvddb", "qvd");
    await archived();
    const after = server.sql(SUMS);
    const r = restore(noted, "--rows", rows);
    well(r);
    expect(r.stderr).toMatch(/1 tables, 501 rows as of/);
    expect(r.stderr).toMatch(/the same rows as in rows/);
    expect(after).not.toBe(then);
    expect(server.sql(SUMS)).toBe(after);
    const shown = restore(noted);
    expect(shown.stderr).toMatch(/-public\.users: 252 rows\n\+public\.users: 501 rows/);
    // What a restored copy does is not archived as if it were the server's.
    expect(readdirSync(`${vault}/repo/archive/${STANZA}`).join()).not.toMatch(/history/);
    expect(spawnSync("bash", ["-c", "ls -d /var/tmp/qvd-ha-restore.*"]).status).not.toBe(0);
  });

  test("other rows are found out, a time that is not there is said, and one without its zone refused", async () => {
    const rows = room.put("rows", "public.users 501 1 2\n");
    const noted = now();
    pause();
    server.sql("insert into users (login) values ('later')", "qvddb", "qvd");
    await archived();
    const r = restore(noted, "--rows", rows);
    expect(r.code).toBe(1);
    expect(r.stderr).toMatch(/the rows as of .* are not those of rows/);
    const future = restore("2037-01-01 00:00:00+00");
    expect(future.code).toBe(65);
    expect(future.stderr).toMatch(
      /the log does not lead to 2037-01-01 00:00:00\.000000\+00: .*FATAL.*before configured/,
    );
    const past = restore("2001-01-01 00:00:00+00");
    expect(past.code).toBe(65);
    expect(restore("2026-01-01 00:00:00")).toMatchObject({ code: 64 });
  });

  test("a dump of it is left for who wants it back, as backups have it", async () => {
    await archived();
    const dump = room.at("dumps/qvddb@then.dump");
    const r = restore("latest", "--dump", dump);
    well(r);
    expect(r.stderr).toMatch(/the database has the same rows now/);
    expect(readdirSync(room.at("dumps"))).toEqual([
      "qvddb@then.dump",
      "qvddb@then.dump.rows",
      "qvddb@then.dump.sha256",
    ]);
    expect(spawnSync("sha256sum", ["--quiet", "-c", `${dump}.sha256`], { cwd: room.at("dumps") }).status).toBe(0);
  });

  test("the other node does nothing, and takes over where the first one stopped", () => {
    room.put("proc/drbd", proc({ ro: "Secondary/Primary" }));
    expect(job()).toMatchObject({ code: 0, stderr: expect.stringContaining("this is for the node that is active") });
    room.put("proc/drbd", proc());
    // The same files on another machine are all that it needs: notes and log lie on the replicated disk.
    expect(job("check")).toMatchObject({ code: 0 });
  });

  describe("what is broken is told", () => {
    beforeEach(() => {
      rmSync(room.at("var/spool/qvd-ha/in"), { recursive: true });
      room.listen();
    });
    const told = (): string =>
      room
        .list("var/spool/qvd-ha/in")
        .map((f) => room.read(`var/spool/qvd-ha/in/${f}`))
        .join("\n");

    test("a third host whose disk takes nothing", () => {
      execFileSync("bash", ["-c", `mv ${vault}/repo ${vault}/repo.away; touch ${vault}/repo`]);
      const r = job("check");
      execFileSync("bash", ["-c", `rm ${vault}/repo; mv ${vault}/repo.away ${vault}/repo`]);
      expect(r.code).toBe(1);
      expect(room.messages()).toEqual([expect.stringMatching(/^critical: point in time of qvddb: /)]);
      expect(metric("failed")).toBe("1");
    });

    test("a log that waits to be sent, and how long", async () => {
      const config = room.at("etc/qvd-ha/pitr_known_hosts");
      cpSync(config, `${config}.good`);
      writeFileSync(config, "");
      server.sql("insert into users (login) values ('waits')", "qvddb", "qvd");
      server.sql("select pg_switch_wal()");
      await until(() => server.sql("select failed_count from pg_stat_archiver") !== "0", 60, "a failed attempt");
      server.sql("alter system set archive_command = 'false'");
      server.sql("select pg_reload_conf()");
      cpSync(`${config}.good`, config);
      execFileSync("bash", ["-c", `touch -d '20 minutes ago' ${server.data}/pg_wal/archive_status/*.ready`]);
      const r = job("check");
      server.sql("alter system reset archive_command");
      server.sql("select pg_reload_conf()");
      expect(r.code).toBe(1);
      expect(told()).toMatch(/a piece of the log has waited 1\d{3} s to be sent to 127\.0\.0\.1/);
      expect(Number(metric("waiting_seconds"))).toBeGreaterThan(1000);
      await archived();
      expect(job("check").code).toBe(0);
    });

    test("an old backup", () => {
      room.put(
        "bin/pgbackrest",
        `#!/bin/bash\ncase " $* " in *" info "*) /usr/bin/pgbackrest "$@" | sed -E 's/"stop":[0-9]+/"stop":1000000000/g';; *) exec /usr/bin/pgbackrest "$@";; esac\n`,
        0o755,
      );
      const r = job("check");
      rmSync(room.at("bin/pgbackrest"));
      expect(r.code).toBe(1);
      expect(told()).toMatch(/the last backup on 127\.0\.0\.1 is \d{5,} hours old/);
    });

    test.each([
      ["what is no text", String.raw`printf '[{"name":"\xf4\xa3\x34\x1e"}]'`, /is the passphrase there the one/],
      ["what is cut short", "printf '[{'", /is the passphrase there the one/],
      ["nothing of this server", "printf '[]'", /knows nothing of t\d+/],
    ])("pgBackRest answers with %s", (_what, says, reason) => {
      room.put("bin/pgbackrest", `#!/bin/bash\n${says}\n`, 0o755);
      const r = job("check");
      rmSync(room.at("bin/pgbackrest"));
      expect(r.code).toBe(1);
      expect(told()).toMatch(reason);
    });

    test("another passphrase: refused, and not said", () => {
      apply(room, repository, third({ passphrase: "another-passphrase-of-somebody" }), "vault");
      const looked = job("check");
      const backup = job("backup");
      const restored = restore("latest");
      apply(room, repository, third(), "vault");
      expect([looked.code, backup.code, restored.code]).toEqual([1, 1, 65]);
      // pgBackRest 2.45 itself says so, breaks down over it, or takes what it deciphers for a text: by chance, as the cipher's salt is.
      expect(told()).toMatch(/CryptoError|is the passphrase there the one that the backups were made with/);
      expect(restored.stderr).toMatch(/nothing could be restored of .*: nothing was touched/);
      expect(restored.stderr).toMatch(/is the passphrase on the third host the one that the backups were made with/);
      for (const text of [told(), looked.stderr, backup.stderr, restored.stderr])
        expect(text).not.toMatch(/another-passphrase|nobody-guesses/);
      expect(job("check").code).toBe(0);
    });

    test("a third host with another key: nothing is sent there", () => {
      const before = server.sql("select archived_count from pg_stat_archiver");
      apply(room, pitr, node({ repository: { ...node().repository, hostKey: sshd.impostor.hostKey } }), "qvddb1");
      const r = job("backup");
      apply(room, pitr, node(), "qvddb1");
      expect(r.code).toBe(1);
      expect(told()).toMatch(/Host key verification failed/);
      expect(server.sql("select archived_count from pg_stat_archiver")).toBe(before);
    });
  });

  test.each([
    ["a shell", ""],
    ["a program", "id"],
    ["the end of all backups", `pgbackrest --stanza=t${process.pid} --force stanza-delete`],
    ["a retention of its own", `pgbackrest --stanza=t${process.pid} --repo1-retention-full=1 expire`],
    ["another configuration's conversation", `pgbackrest --stanza=other --remote-type=repo archive-push:remote`],
    ["a word with more in it", `pgbackrest --stanza=t${process.pid} --exec-id=$(id) info:remote`],
    ["a socket elsewhere", "backup full /run/other.sock"],
    ["a way out of its directory", `backup full /var/tmp/../run/other.sock`],
  ])("the nodes' key does not get %s", (_what, command) => {
    const r = asNode(command);
    expect(r.code).toBe(77);
    expect(r.text).toMatch(/refused/);
    expect(r.text).not.toMatch(/uid=/);
  });

  test("nor a way into the network", async () => {
    const ssh = ["-u", "postgres", "--", room.at("usr/local/lib/qvd-ha/pitr-ssh")];
    const args = [...ssh, "-W", `127.0.0.1:${server.port}`, `${ACCOUNT}@127.0.0.1`];
    const r = spawnSync("runuser", args, { encoding: "utf8", input: "", timeout: 30_000, cwd: "/" });
    expect(r.status).not.toBe(0);
    expect(r.stderr).toMatch(/administratively prohibited|forwarding failed/);
  });

  test("what the third host asks of a node is looked at there, too", () => {
    const ask = (line: string): { code: number | null; text: string } => {
      const r = spawnSync(room.at("usr/local/lib/qvd-ha/pitr-serve"), [], { input: `${line}\n`, encoding: "utf8" });
      return { code: r.status, text: r.stderr };
    };
    for (const line of [
      "id",
      "pgbackrest --stanza=other --remote-type=pg backup:remote",
      `pgbackrest --stanza=${STANZA} --remote-type=repo restore:remote`,
      `pgbackrest --stanza=${STANZA} --remote-type=pg --log-path=/etc backup:remote`,
      `pgbackrest --stanza=${STANZA} archive-push /etc/passwd`,
    ])
      expect(ask(line)).toMatchObject({ code: 77, text: expect.stringContaining("refused") });
  });

  test("a third host that has lost all of it: the next backup says so, and begins anew", () => {
    emptied();
    rmSync(room.at("var/spool/qvd-ha/in"), { recursive: true });
    room.listen();
    expect(job("check").stderr).toMatch(/has none of its backups.*: systemctl start qvd-ha-pitr\.service/);
    const r = job();
    well(r);
    expect(r.stderr).toMatch(/a backup \(full\) of qvddb is on 127\.0\.0\.1/);
    expect(room.messages()).toEqual([
      "critical: point in time of qvddb: looking at the archive failed",
      "warning: point in time of qvddb: 127.0.0.1 has none of its backups",
    ]);
    expect(job("check")).toMatchObject({ code: 0 });
  });

  test("is taken away with what it noted, and prepared again when it is switched on again", () => {
    const noted = (): string[] => readdirSync(server.data).filter((f) => f.startsWith(".qvd-ha"));
    expect(noted()).toEqual([".qvd-ha-pitr", ".qvd-ha-pitr-prepared"]);
    expect(takeAway(room, pitr, node(), "qvddb1")).toEqual(["take point in time away"]);
    expect(noted()).toEqual([]);
    emptied();
    expect(apply(room, pitr, node(), "qvddb1").at(-1)).toMatch(/make the place for the backups/);
    expect(readdirSync(`${vault}/repo/archive`)).toEqual([STANZA]);
    expect(noted()).toEqual([".qvd-ha-pitr-prepared"]);
  });

  test("is given up without its backups", () => {
    const seen = { vault: read(room, repository, third(), "vault") };
    const text = JSON.stringify(repository.remove(third(), seen));
    expect(text).toContain("authorized_keys");
    expect(text).not.toContain(`${vault}/repo`);
  });
});

/**
 * Proves with the real rsync, sshd and rclone that a dump is sent on whole or not at all, that only the known host gets it, and that a failure is told while
 * the dump stays good here. The S3-compatible server is moto, a program for tests: that a real store's quirks are met is not proved.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { files } from "../../../providers/maintenance/backup/render";
import { schema } from "../../../providers/maintenance/backup/spec";
import type { BackupSpec } from "../../../providers/maintenance/backup/spec";
import { Sshd } from "../../host/support/sshd";
import type { Ended } from "./room";
import { connections, proc, Room, until } from "./room";
import { Server } from "./server";
import { MOTO } from "./servers";

jest.setTimeout(240_000);

const plain = (key: string): string => key.split(" ").slice(0, 2).join(" ");

describe("a dump is sent on", () => {
  let server: Server;
  let room: Room;
  let directory: string;
  let target: string;
  let sshd: Sshd;
  const spec = (more: Partial<BackupSpec> = {}): BackupSpec =>
    schema.parse({
      connections,
      ...server.told,
      directory,
      compression: 0,
      metrics: room.at("metrics"),
      ...more,
    });
  const overSsh = (hostKey = sshd.connection.hostKey): Partial<BackupSpec> => ({
    rsync: { target: `root@127.0.0.1:${target}`, port: sshd.port, hostKey: plain(hostKey) },
    // As a secret is kept: without the end of its last line.
    rsyncPrivateKey: sshd.connection.privateKey.trimEnd(),
  });
  const backup = (): Ended => room.run("usr/local/lib/qvd-ha/backup", [], {}, 120);
  const list = (where: string): string[] =>
    execFileSync("ls", ["-A", where], { encoding: "utf8" }).split("\n").filter(Boolean);
  const told = (): string =>
    room
      .list("var/spool/qvd-ha/in")
      .map((f) => room.read(`var/spool/qvd-ha/in/${f}`))
      .join("\n");

  beforeAll(async () => {
    server = await Server.make();
    sshd = await Sshd.start();
    server.sql(
      "create table users (id serial primary key, blob text); insert into users (blob) select string_agg(md5(random()::text), '') from generate_series(1, 60000) i group by i % 600",
      "qvddb",
      "qvd",
    );
  });
  afterAll(() => {
    sshd.stop();
    server.end();
  });
  beforeEach(() => {
    room = new Room();
    directory = mkdtempSync("/dev/shm/qvd-ha-backups-");
    target = mkdtempSync("/dev/shm/qvd-ha-sent-");
    room.listen();
    room.put("proc/drbd", proc());
    room.put("root/.pgpass", `127.0.0.1:${server.port}:qvddb:qvd:${server.password}\n`, 0o600);
  });
  afterEach(() => {
    room.end();
    for (const d of [directory, target]) rmSync(d, { recursive: true, force: true });
  });

  test("by rsync over SSH, whole", () => {
    room.install(files(spec(overSsh())));
    expect(backup()).toMatchObject({ code: 0 });
    expect(list(target)).toEqual(list(directory));
    const sum = spawnSync("bash", ["-c", "sha256sum --quiet -c *.sha256"], { cwd: target });
    expect(sum.status).toBe(0);
    expect(room.messages()).toEqual([]);
  });

  test("cut in its middle, there is no dump under its name, and it is told; the one here is good", async () => {
    room.install(files(spec(overSsh())));
    room.put("bin/rsync", '#!/bin/bash\nexec /usr/bin/rsync --bwlimit=300 "$@"\n', 0o755);
    const child = room.start("usr/local/lib/qvd-ha/backup");
    const ended = new Promise<number | null>((r) => child.on("exit", r));
    await until(() => list(target).some((f) => /^\.qvddb-.*\.dump\.\w+$/.test(f)), 90, "a dump on its way");
    sshd.cut({ session: true });
    expect(await ended).not.toBe(0);
    expect(list(target).filter((f) => f.endsWith(".dump"))).toEqual([]);
    expect(told()).toMatch(
      /^critical\nthe backup of qvddb failed while sending it to root@127\.0\.0\.1, though it is good here/m,
    );
    expect(spawnSync("bash", ["-c", "sha256sum --quiet -c *.sha256"], { cwd: directory }).status).toBe(0);
    rmSync(room.at("bin/rsync"));
    expect(backup()).toMatchObject({ code: 0 });
    expect(list(target).filter((f) => f.endsWith(".dump"))).toHaveLength(1);
  });

  test("a host with another key gets nothing, and that is told", () => {
    room.install(files(spec(overSsh(sshd.impostor.hostKey))));
    expect(backup().code).not.toBe(0);
    expect(list(target)).toEqual([]);
    expect(told()).toMatch(/Host key verification failed/);
    expect(told()).not.toMatch(/PRIVATE KEY/);
  });

  describe("to an S3-compatible store", () => {
    const port = 20_000 + (process.pid % 20_000);
    let store: ChildProcess | undefined;
    const answers = (): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => (socket.end(), resolve(true))).on("error", () =>
          resolve(false),
        );
      });
    const toStore = (): Partial<BackupSpec> => ({
      s3: { bucket: "qvd/nightly", endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", provider: "Other" },
      s3AccessKey: "AKIDEXAMPLE",
      s3SecretKey: "a-hidden-secret-key",
    });

    beforeAll(async () => {
      if (MOTO === undefined) throw new Error("moto is not there: tools/host-packages installs it");
      store = spawn(MOTO, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
      for (let i = 0; i < 300 && !(await answers()); i++) await new Promise((r) => setTimeout(r, 200));
      execFileSync("curl", ["-sf", "-X", "PUT", `http://127.0.0.1:${port}/qvd`]);
    });
    afterAll(() => void store?.kill("SIGKILL"));

    test("by rclone, whole, and the key is in no command line", () => {
      room.put(
        "bin/rclone",
        `#!/bin/bash\nprintf '%s\\n' "$*" >>${room.at("rclone.log")}\nexec /usr/bin/rclone "$@"\n`,
        0o755,
      );
      room.install(files(spec(toStore())));
      expect(backup()).toMatchObject({ code: 0 });
      const [dump = ""] = list(directory);
      for (const name of list(directory)) {
        const from = ["--config", room.at("etc/qvd-ha/backup_rclone.conf"), "cat", `qvdha:qvd/nightly/${name}`];
        const there = execFileSync("/usr/bin/rclone", from, { maxBuffer: 1e8, env: { HOME: "/root" } });
        expect(there.equals(readFileSync(join(directory, name)))).toBe(true);
      }
      expect(dump).toMatch(/\.dump$/);
      expect(room.read("rclone.log")).not.toContain("a-hidden-secret-key");
      expect(room.messages()).toEqual([]);
    });

    test("a store that does not take it is told, without the key", () => {
      room.install(
        files(spec({ ...toStore(), s3: { bucket: "nobodys", endpoint: "http://127.0.0.1:1", provider: "Other" } })),
      );
      expect(backup().code).not.toBe(0);
      expect(told()).toMatch(/failed while sending it to nobodys, though it is good here/);
      expect(told()).not.toContain("a-hidden-secret-key");
    });
  });
});

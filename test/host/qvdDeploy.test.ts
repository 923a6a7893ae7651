/**
 * Proves the deployment's script against a real PostgreSQL, over a real sshd as the program's remote command sends it, and a stand-in for QVD's own script, with that one's exit statuses, 0 on failure included.
 * It does not prove QVD's real script: its packages are not in the registries that the tests may use.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { deployCommand, nodeConfCommand, renderNodeConf } from "../../providers/qvd";
import type { Deployment } from "../../providers/qvd";
import { Sshd } from "./support/sshd";

const BIN = "/usr/lib/postgresql/15/bin";

jest.setTimeout(120_000);

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

describe("QVD's schema deployment", () => {
  const root = mkdtempSync(join(tmpdir(), "qvd-ha-deploy-"));
  const data = join(root, "data");
  const password = "Correct_Horse-7";
  let port = 0;

  const asPostgres = (...args: string[]): string =>
    execFileSync("runuser", ["-u", "postgres", "--", ...args], {
      encoding: "utf8",
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const sql = (text: string, database = "postgres"): string =>
    asPostgres(`${BIN}/psql`, "-XAtqw", "-h", root, "-p", String(port), "-d", database, "-c", text).trim();

  beforeAll(async () => {
    port = await freePort();
    chmodSync(root, 0o755);
    execFileSync("chown", ["postgres", root]);
    asPostgres(
      `${BIN}/initdb`,
      "-D",
      data,
      "--auth-local=peer",
      "--auth-host=scram-sha-256",
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
    );
    asPostgres(
      `${BIN}/pg_ctl`,
      "start",
      "-s",
      "-w",
      "-D",
      data,
      "-l",
      join(root, "log"),
      "-o",
      `-p ${port} -k ${root}`,
    );
    sql(`create role qvd login password '${password}'`);
    sql("create role someone");
    sql("grant someone to qvd");
    const conf = { nodename: "qvd1", host: "127.0.0.1", name: "qvddb", user: "qvd", password };
    const put = nodeConfCommand(renderNodeConf(conf), join(root, "etc", "node.conf"));
    execFileSync("sh", ["-c", put.create], { input: put.stdin });
    const wrong = nodeConfCommand(renderNodeConf({ ...conf, password: "other" }), join(root, "etc", "wrong.conf"));
    execFileSync("sh", ["-c", wrong.create], { input: wrong.stdin });
  });
  afterAll(() => {
    spawnSync("runuser", ["-u", "postgres", "--", `${BIN}/pg_ctl`, "stop", "-D", data, "-m", "immediate"], {
      cwd: "/",
    });
    rmSync(root, { recursive: true, force: true });
  });
  beforeEach(() => {
    sql("drop database if exists qvddb");
    sql("create database qvddb owner qvd");
  });

  const deploy = (given: Partial<Deployment> = {}, env: Record<string, string> = {}) => {
    const command = deployCommand({
      host: "127.0.0.1",
      port,
      database: "qvddb",
      user: "qvd",
      password,
      script: resolve(__dirname, "../fixtures/qvd/qvd-deploy-db.pl"),
      psql: `${BIN}/psql`,
      patienceSeconds: 3,
      ...given,
    });
    const r = spawnSync("sh", ["-c", command.create], {
      input: command.stdin,
      encoding: "utf8",
      env: {
        PATH: "/usr/bin:/bin",
        NODE_CONF: join(root, "etc", "node.conf"),
        PSQL: `${BIN}/psql`,
        STANDIN_PORT: String(port),
        ...env,
      },
    });
    expect(r.stdout + r.stderr).not.toContain(password);
    return { code: r.status, said: (r.stdout + r.stderr).trim() };
  };

  test("node.conf is for root alone", () =>
    expect(execFileSync("stat", ["-c", "%a", join(root, "etc", "node.conf")], { encoding: "utf8" }).trim()).toBe(
      "600",
    ));

  test("deploys, and leaves a deployed schema alone", () => {
    expect(deploy({ version: "4.3.0" })).toEqual({ code: 0, said: "4.3.0" });
    sql("create table precious ()", "qvddb");
    expect(deploy({ version: "4.3.0", script: "/nonexistent" })).toEqual({ code: 0, said: "4.3.0" });
    expect(sql("select to_regclass('precious')", "qvddb")).toBe("precious");
  });

  test("QVD's script could not reach the database and ended with 0: a failure", () =>
    expect(deploy({}, { NODE_CONF: join(root, "etc", "wrong.conf") })).toEqual({
      code: 1,
      said: expect.stringMatching(/ended with 0, but qvddb has no schema: it could not reach the database/),
    }));

  test("deployed already, said by QVD's script (2) because another run was faster: success", () => {
    const racing = join(root, "racing");
    const insert = `create table versions (component text, version text); insert into versions values ('schema', '4.1.2')`;
    const psql = `PGPASSWORD=${password} ${BIN}/psql -XAtqw -h 127.0.0.1 -p ${port} -U qvd -d qvddb -c "${insert}"`;
    writeFileSync(racing, `#!/bin/sh\n${psql}\nexit 2\n`, { mode: 0o755 });
    expect(deploy({ script: racing })).toEqual({ code: 0, said: "4.1.2" });
  });

  test("2 without a version is no success", () =>
    expect(deploy({}, { STANDIN_EXIT: "2" })).toMatchObject({ code: 1, said: expect.stringMatching(/interrupted/) }));

  test("not the owner (3)", () => {
    sql("alter database qvddb owner to someone");
    expect(deploy()).toMatchObject({ code: 1, said: expect.stringMatching(/qvd does not own qvddb \(3\)$/) });
  });

  test("data file invalid (5), and any other status", () => {
    expect(deploy({}, { STANDIN_EXIT: "5" })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/data file is invalid/),
    });
    expect(deploy({}, { STANDIN_EXIT: "77" })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/failed \(77\)$/),
    });
  });

  test("another version than wanted is not updated behind anybody's back", () => {
    expect(deploy({ version: "4.1.2" })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/is 4.3.0, wanted is 4.1.2/),
    });
  });

  test("no database in time, and a wrong password at once", () => {
    const started = Date.now();
    expect(deploy({ port: 1 })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/does not answer at 127.0.0.1:1/),
    });
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_000);
    expect(deploy({ password: "no", patienceSeconds: 600 })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/refuses qvd: .*password authentication failed/s),
    });
  });

  describe("on a QVD node that is reached by SSH", () => {
    let sshd: Sshd;
    const file = join(root, "node", "node.conf");
    const wrapper = join(root, "deploy");

    beforeAll(async () => {
      sshd = await Sshd.start();
      const standin = resolve(__dirname, "../fixtures/qvd/qvd-deploy-db.pl");
      const env = `NODE_CONF=${file} PSQL=${BIN}/psql STANDIN_PORT=${port}`;
      writeFileSync(wrapper, `#!/bin/sh\necho called >>${root}/calls\n${env} exec ${standin} "$@"\n`, { mode: 0o755 });
      writeFileSync(join(root, "known"), `[127.0.0.1]:${sshd.port} ${sshd.connection.hostKey}\n`);
      writeFileSync(join(root, "key"), sshd.connection.privateKey, { mode: 0o600 });
    });
    afterAll(() => sshd.stop());

    /** As @pulumi/command does it: the text goes to the log-in shell, and what is secret to its standard input. */
    function over(command: { create: string; stdin: string }): { code: number | null; said: string } {
      const options = [`UserKnownHostsFile=${join(root, "known")}`, "StrictHostKeyChecking=yes", "BatchMode=yes"];
      const args = [
        "-F",
        "none",
        "-i",
        join(root, "key"),
        "-p",
        String(sshd.port),
        ...options.flatMap((o) => ["-o", o]),
      ];
      const r = spawnSync("ssh", [...args, "root@127.0.0.1", command.create], {
        input: command.stdin,
        encoding: "utf8",
      });
      expect(r.stdout + r.stderr).not.toContain(password);
      return { code: r.status, said: (r.stdout + r.stderr).trim() };
    }

    test("node.conf is put there, whole and for root alone, and again the same; the schema is deployed once", () => {
      const conf = renderNodeConf({ nodename: "qvd1", host: "127.0.0.1", name: "qvddb", user: "qvd", password });
      for (let twice = 0; twice < 2; twice++) {
        expect(over(nodeConfCommand(conf, file))).toEqual({ code: 0, said: "" });
        expect(execFileSync("cat", [file], { encoding: "utf8" })).toBe(conf);
        expect(execFileSync("stat", ["-c", "%a %u", file], { encoding: "utf8" }).trim()).toBe("600 0");
        const command = deployCommand({
          host: "127.0.0.1",
          port,
          database: "qvddb",
          user: "qvd",
          password,
          version: "4.3.0",
          script: wrapper,
          psql: `${BIN}/psql`,
          patienceSeconds: 30,
        });
        expect(over(command)).toEqual({ code: 0, said: "4.3.0" });
      }
      expect(execFileSync("cat", [join(root, "calls")], { encoding: "utf8" })).toBe("called\n");
    });
  });
});

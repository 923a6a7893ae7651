import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BIN = "/usr/lib/postgresql/15/bin";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** A real PostgreSQL of one test's own, as the deployment would leave it: role qvd, database qvddb, serializable by default. */
export class Server {
  readonly bin = BIN;
  readonly socket: string;
  readonly data: string;
  readonly password = "aZ09_-aZ09_-";

  private constructor(
    readonly root: string,
    readonly port: number,
  ) {
    this.socket = root;
    this.data = join(root, "data");
  }

  /** How the maintenance's parts are told of it. */
  get told() {
    return {
      resource: "postgres",
      host: "127.0.0.1",
      port: this.port,
      database: "qvddb",
      user: "qvd",
      dataDirectory: this.data,
      bin: this.bin,
      socketDirectory: this.socket,
    };
  }

  static as(...args: string[]): string {
    return execFileSync("runuser", ["-u", "postgres", "--", ...args], {
      encoding: "utf8",
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  }

  static async make(): Promise<Server> {
    const root = mkdtempSync(join(tmpdir(), "qvd-ha-server-"));
    chmodSync(root, 0o755);
    execFileSync("chown", ["postgres:", root]);
    const s = new Server(root, await freePort());
    Server.as(
      `${BIN}/initdb`,
      "-D",
      s.data,
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
      "--auth-local=peer",
      "--auth-host=scram-sha-256",
    );
    s.start();
    s.sql("create role qvd login password 'aZ09_-aZ09_-'", "postgres");
    s.sql("create database qvddb owner qvd", "postgres");
    s.sql(
      "create schema ha; create table ha.pacemaker_monitor (last_update timestamptz); insert into ha.pacemaker_monitor values (now())",
    );
    return s;
  }

  start(more = ""): void {
    const options = `-c listen_addresses=127.0.0.1 -c port=${this.port} -c unix_socket_directories=${this.socket} -c fsync=off -c shared_buffers=16MB -c default_transaction_isolation=serializable ${more}`;
    execFileSync(
      "runuser",
      [
        "-u",
        "postgres",
        "--",
        `${BIN}/pg_ctl`,
        "start",
        "-s",
        "-w",
        "-D",
        this.data,
        "-l",
        join(this.root, "log"),
        "-o",
        options,
      ],
      {
        cwd: "/",
        stdio: "ignore",
      },
    );
  }

  stop(mode = "fast"): void {
    spawnSync("runuser", ["-u", "postgres", "--", `${BIN}/pg_ctl`, "stop", "-s", "-w", "-D", this.data, "-m", mode], {
      cwd: "/",
    });
  }

  sql(text: string, database = "qvddb", role = "postgres"): string {
    const options = role === "postgres" ? [] : ["-c", `set role ${role}`];
    return Server.as(
      `${BIN}/psql`,
      "-XAtqw",
      "-v",
      "ON_ERROR_STOP=1",
      "-h",
      this.socket,
      "-p",
      String(this.port),
      "-d",
      database,
      ...options,
      "-c",
      text,
    );
  }

  end(): void {
    this.stop("immediate");
    rmSync(this.root, { recursive: true, force: true });
  }
}

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Facts } from "../../../providers/fact";
import type { PostgresInput, PostgresSpec } from "../../../providers/postgres";
import { postgres, postgresSchema } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import type { Answer, Command } from "../../../providers/remote";
import { reveal } from "../../../providers/remote";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** What this machine has of PostgreSQL: 15 of Debian 12, 17 of Debian 13. */
const [VERSION = "15"] = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));

/** What stands in for DRBD and the kernel's mounts: a role and a mount that are files. Everything else is real. */
const STANDINS: Readonly<Record<string, string>> = {
  drbdadm: `case $1 in
  role) cat "$S/role" 2>/dev/null || echo Secondary/Secondary ;;
  cstate) echo Connected ;; dstate) echo UpToDate/UpToDate ;;
  primary) echo Primary/Secondary >"$S/role" ;;
  secondary) [ ! -e "$S/mounted" ] || { echo "held open" >&2; exit 11; }; echo Secondary/Secondary >"$S/role" ;;
esac`,
  mount: `[ "$(cat "$S/role")" = Primary/Secondary ] || { echo "not primary" >&2; exit 32; }; mkdir -p "$S/fs"; rmdir "$D"; mv "$S/fs" "$D"; touch "$S/mounted"`,
  umount: `! [ -e "$D/postmaster.pid" ] || { echo "target is busy" >&2; exit 32; }; mv "$D" "$S/fs"; mkdir "$D"; rm "$S/mounted"`,
  mountpoint: `[ -e "$S/mounted" ]`,
  systemctl: `exit 3`,
};

/** A node on this machine: real PostgreSQL as the user postgres, in a directory, on a port and with a socket of its own. */
export class Sandbox {
  private constructor(
    readonly root: string,
    readonly spec: PostgresSpec,
  ) {}

  static async make(given: Partial<PostgresInput> = {}): Promise<Sandbox> {
    const root = mkdtempSync(join(tmpdir(), "qvd-ha-postgres-"));
    chmodSync(root, 0o755);
    for (const d of ["bin", "data", "socket", "state"]) mkdirSync(join(root, d));
    execFileSync("chown", ["postgres:", join(root, "socket")]);
    const head = `#!/bin/bash\nS=${join(root, "state")} D=${join(root, "data")}\n`;
    for (const [name, text] of Object.entries(STANDINS))
      writeFileSync(join(root, "bin", name), `${head}${text}\n`, { mode: 0o755 });
    const connection = { host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA", privateKey: "key" };
    const port = await freePort();
    const spec = postgresSchema.parse({
      connections: { one: connection, two: connection },
      seedNode: "one",
      version: VERSION,
      binDir: `/usr/lib/postgresql/${VERSION}/bin`,
      addresses: { one: "127.0.0.1", two: "127.0.0.1" },
      address: "127.0.0.2",
      port,
      mountPoint: join(root, "data"),
      logFile: join(root, "log", "postgresql.log"),
      hba: [{ type: "host", database: "qvddb", user: "qvd", address: "127.0.0.0/8", method: "scram-sha-256" }],
      role: { password: "aZ09_-aZ09_-" },
      ...given,
      settings: {
        unix_socket_directories: join(root, "socket"),
        shared_buffers: "16MB",
        log_statement: "all",
        ...given.settings,
      },
    });
    return new Sandbox(root, spec);
  }

  with(given: Partial<PostgresSpec>): PostgresSpec {
    return postgresSchema.parse({ ...this.spec, ...given });
  }

  private readonly state = (): string => join(this.root, "state");

  run(command: Command): Answer {
    const script = command.script.text
      .replaceAll("/var/lib/qvd-ha", this.state())
      .replaceAll("/run/qvd-ha-postgres-", join(this.state(), "lock-"));
    // A file, as on a node: bash takes a socket on standard input for a remote shell and reads its start files.
    const input = join(this.root, "stdin");
    writeFileSync(input, reveal(command.stdin ?? ""), { mode: 0o600 });
    const stdin = openSync(input, "r");
    const r = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
      stdio: [stdin, "pipe", "pipe"],
      encoding: "utf8",
      env: { PATH: `${join(this.root, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C", HOME: "/root" },
    });
    closeSync(stdin);
    return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
  }

  /** As the driver would see this node; the mount of the sandbox is a file, so the place is filled in. */
  see(spec = this.spec): PostgresSeen {
    const facts = postgres.facts(spec, "one") as Facts;
    const seen = Object.fromEntries(Object.entries(facts).map(([k, f]) => [k, f.parse(this.run(f.command))]));
    const mounted = this.run({ script: { text: "mountpoint" } as never }).code === 0;
    const place = seen.place as PostgresSeen["place"];
    return { ...seen, place: mounted ? { ...place, mountPoint: "mounted" } : place } as unknown as PostgresSeen;
  }

  sql(text: string, user = "postgres", database = this.spec.database.name): string {
    const { psql, port } = this.spec;
    const args = ["-u", "postgres", "--", psql, "-XAtqw", "-h", join(this.root, "socket"), "-p", String(port)];
    return execFileSync("runuser", [...args, "-U", user, "-d", database, "-c", text], {
      encoding: "utf8",
      cwd: "/",
    }).trim();
  }

  end(): void {
    const data = join(this.root, "data");
    spawnSync(
      "runuser",
      ["-u", "postgres", "--", join(this.spec.binDir, "pg_ctl"), "stop", "-D", data, "-m", "immediate"],
      {
        cwd: "/",
      },
    );
    rmSync(this.root, { recursive: true, force: true });
  }
}

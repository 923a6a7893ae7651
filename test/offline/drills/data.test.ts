import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { negativeControl } from "../../../drills/control";
import { amcheckScript, checksumScript } from "../../../drills/aftermath/database";
import { check, kept } from "../../../drills/ledger/check";
import { Ledger } from "../../../drills/ledger";
import { createTable, readTable } from "../../../drills/ledger/table";
import type { DrillOptions } from "../../../drills/options";
import { targetOf } from "../../../drills/options";
import type { Deployment } from "../../../tools/status/deployment";

// Proves with the real PostgreSQL of this machine that the checks of the data find what is broken, and that the ledger finds writes that were
// acknowledged too early and no others. DRBD and the cluster have no part in it.
const BIN = "/usr/lib/postgresql/15/bin";
jest.setTimeout(120_000);

function bash(script: string, ...around: string[]): { status: number | null; stdout: string; stderr: string } {
  const [command = "bash", ...rest] = [...around, "bash", "-euo", "pipefail", "-c", script];
  return spawnSync(command, rest, { encoding: "utf8", cwd: "/" });
}

/** With processes and sockets of its own: on a node there is one server, and the scripts look for that. */
const alone = (script: string): ReturnType<typeof bash> =>
  bash(
    `mkdir -p /var/run/postgresql; mount -t tmpfs tmpfs /var/run/postgresql; chown postgres /var/run/postgresql
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; chown postgres "$d"; cd "$d"
as() { runuser -u postgres -- "$@"; }
sql() { as ${BIN}/psql -XAtq -p 54991 -d qvddb -c "$1"; }
start() { as ${BIN}/pg_ctl -D "$d/data" -l "$d/log" -w -o '-p 54991' start >/dev/null; }
stop() { as ${BIN}/pg_ctl -D "$d/data" -m fast -w stop >/dev/null; }
as ${BIN}/initdb -D "$d/data" --data-checksums -A trust >/dev/null; start
as ${BIN}/createdb -p 54991 qvddb
sql 'CREATE TABLE t AS SELECT g AS n, md5(g::text) AS m FROM generate_series(1, 2000) g; CREATE INDEX i ON t (n)'
am() { ( ${amcheckScript("qvddb", 54991)} ); }
sums() { ( ${checksumScript("qvddb", 54991)} ); }
${script}
stop`,
    "unshare",
    "-pfm",
    "--mount-proc",
  );

describe("the checks of the data", () => {
  it("pass on sound data, and leave no extension behind", () => {
    const r = alone(`am; sums; sql 'SELECT count(*) FROM pg_extension WHERE extname = $$amcheck$$'`);
    expect(r.stderr).toBe("");
    expect(r.stdout).toBe("sound\n0 failures\n0\n");
  });

  it("leave the extension where somebody else had made it", () => {
    expect(
      alone(`sql 'CREATE EXTENSION amcheck'; am; sql 'SELECT count(*) FROM pg_extension WHERE extname = $$amcheck$$'`)
        .stdout,
    ).toBe("sound\n1\n");
  });

  it("that a server does not answer have found nothing out, which is not that they do not apply", () => {
    const r = alone(`( ${amcheckScript("qvddb", 54990)} ) && echo 'no answer is enough' || echo "amcheck: $?"
( ${checksumScript("qvddb", 54990)} ) && echo 'no answer is enough' || echo "checksums: $?"`);
    expect(r.stdout).toBe("amcheck: 1\nchecksums: 1\n");
  });

  it("find a block that has changed on the disk", () => {
    const r = alone(`f=$d/data/$(sql "SELECT pg_relation_filepath('t')"); stop
dd if=/dev/urandom of="$f" bs=8192 seek=3 count=1 conv=notrunc status=none; start
am && echo 'amcheck found nothing' || echo "amcheck: $?"; sums`);
    expect(r.stdout).toMatch(/amcheck: 1\n/);
    expect(r.stdout).not.toMatch(/^0 failures$/m);
    expect(r.stdout).toMatch(/^[1-9]\d* failures$/m);
  });
});

describe("the ledger on a real server", () => {
  const directory = mkdtempSync(join(tmpdir(), "drill-pg-"));
  let deployment: Deployment;
  const as = (command: string): void => {
    const r = bash(`cd ${directory}; runuser -u postgres -- ${command}`);
    if (r.status !== 0) throw new Error(r.stderr);
  };

  beforeAll(async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((r) => server.once("listening", r));
    const { port } = server.address() as AddressInfo;
    await new Promise((r) => server.close(r));
    bash(`chown postgres ${directory}`);
    as(`${BIN}/initdb -D ${directory}/data -A trust`);
    const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c default_transaction_isolation=serializable`;
    as(`${BIN}/pg_ctl -D ${directory}/data -l ${directory}/log -w -o "${settings}" start`);
    deployment = {
      address: "127.0.0.1",
      port,
      database: "postgres",
      user: "postgres",
      password: "",
      nodes: [],
    } as unknown as Deployment;
  });
  afterAll(() => {
    as(`${BIN}/pg_ctl -D ${directory}/data -m immediate stop`);
    rmSync(directory, { recursive: true });
  });

  const options = (name: string): DrillOptions =>
    ({
      directory: join(directory, name),
      rate: 50,
      clients: 8,
      secondsLimit: 20,
      signal: new AbortController().signal,
    }) as DrillOptions;

  it("finds that every promise was kept", async () => {
    const target = targetOf(deployment);
    await createTable(target);
    const ledger = await Ledger.start({ ...options("honest"), target });
    await ledger.waitSteady(20);
    const entries = await ledger.stop();
    const verdict = check(entries, await readTable(target));
    expect(verdict.acknowledged).toBeGreaterThan(50);
    expect(kept(verdict)).toBe(true);
  });

  it("finds the writes that were acknowledged before they were durable: the negative control", async () => {
    const control = await negativeControl(deployment, options("dishonest"));
    expect(control.lies).toBeGreaterThan(10);
    expect(control).toMatchObject({ lost: control.lies, passed: true });
  });
});

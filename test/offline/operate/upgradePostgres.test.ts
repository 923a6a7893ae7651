import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refused } from "../../../tools/cli/stack";
import { upgradeBack, upgradeForget, upgradePostgres } from "../../../tools/operate/upgradePostgres";
import { Previewed, Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";
import { Room } from "./support/room";

// Proves with Pacemaker's own tools on a configuration and real files in which order a major version is changed, what is refused before anything stops, that a failure gives the service back,
// and that a run that was killed goes on. The programs of PostgreSQL are stand-ins: test/offline/postgres/majors.test.ts has the real ones.

jest.setTimeout(1800_000);

/** All programs of a version, by the name that they are called by. */
const PROGRAM = `v=$(basename "$(dirname "$(dirname "$0")")")
case $(basename "$0") in
  postgres) case " $* " in *" --version "*) echo "postgres (PostgreSQL) $v.1" ;; esac ;;
  pg_controldata) echo "Database cluster state:               shut down" ;;
  psql) case "$*" in *rolname*) echo root ;; *pg_encoding*) printf 'encoding UTF8\\ncollate C\\nctype C\\n' ;; *checksums*) echo on ;; *) echo 16 ;; esac ;;
  initdb) mkdir -p "$2"; echo "$v" >"$2/PG_VERSION"; mkdir "$2/base" "$2/pg_tblspc"; echo "$v" >"$2/only-$v" ;;
  pg_upgrade)
    case " $* " in *" --check "*) what=check ;; *) what=upgrade ;; esac
    echo "$what" >>"$R/log"
    if [ -e "$R/refuse-$what" ]; then cat "$R/refuse-$what"; exit 1; fi ;;
  vacuumdb) echo vacuumdb >>"$R/log" ;;
esac`;
const PROGRAMS = ["postgres", "pg_ctl", "psql", "pg_upgrade", "initdb", "vacuumdb", "pg_controldata"];

const s = scratch();
let healthy: string;
let r: Room;
const CONSENT = "stops:p_postgres";

function room(): void {
  r = new Room(healthy, { backup: 'echo dump >>"$R/log"', systemctl: 'echo "systemctl $*" >>"$R/log"' });
  r.paths["/usr/local/lib/qvd-ha/backup"] = join(r.root, "bin", "backup");
  r.paths["/usr/local/lib/qvd-ha/pitr"] = join(r.root, "bin", "pitr");
  for (const v of ["15", "17"]) {
    mkdirSync(join(r.root, "lib", v, "bin"), { recursive: true });
    for (const p of PROGRAMS)
      writeFileSync(join(r.root, "lib", v, "bin", p), `#!/bin/bash\nR=${r.root}\n${PROGRAM}\n`, { mode: 0o755 });
  }
  const data = r.path("data");
  r.must(`${join(r.root, "lib", "15", "bin", "initdb")} -D ${data}; echo "port = 5432" >${data}/postgresql.conf`);
  const set = (key: string, value: string): string =>
    r.must(`crm_resource --resource p_postgres --set-parameter ${key} --parameter-value ${value}`);
  set("pgdata", data);
  set("pgdba", "root");
  set("pgctl", join(r.root, "lib", "15", "bin", "pg_ctl"));
  r.onStatus = () => {
    const pid = join(data, "postmaster.pid");
    if (r.toldToStop) rmSync(pid, { force: true });
    else if (existsSync(join(data, "PG_VERSION"))) writeFileSync(pid, "1\n/data\n0\n5432\n/run\n");
  };
}

const work = (consent = CONSENT, preview = false): Work => {
  process.env.QVD_HA_CONSENT = consent;
  return new Work(r.hands(), {
    verb: "upgrade-postgres TO=17",
    say: (t) => void r.said.push(t),
    ...(preview ? { preview } : {}),
  });
};
const version = (): string => readFileSync(join(r.path("data"), "PG_VERSION"), "utf8").trim();
const program = (): string => r.must("crm_resource --resource p_postgres --get-parameter pgctl");
const mark = (): string => r.bash("crm_attribute --node qvddb1 --name qvd-ha-operation --query --quiet").stdout.trim();

function serves(v: string): void {
  expect(version()).toBe(v);
  expect(program()).toBe(join(r.root, "lib", v, "bin", "pg_ctl"));
  expect([r.toldToStop, r.maintenance, mark()]).toEqual([false, false, ""]);
  expect(existsSync(join(r.path("data"), ".qvd-ha-upgrade"))).toBe(false);
}

beforeAll(async () => void (healthy = await healthyCib(s)));
afterAll(() => {
  delete process.env.QVD_HA_CONSENT;
  s.remove();
});
beforeEach(room);
afterEach(() => r.end());

test("asked, agreed to, dumped, stopped, exchanged, started, analysed; then back; then the rest is thrown away", async () => {
  await upgradePostgres(work(), "17");
  expect(r.log).toEqual(["check", "dump", "upgrade", "vacuumdb"]);
  serves("17");
  expect(readFileSync(join(r.path("data"), "postgresql.conf"), "utf8")).toBe("port = 5432\n");
  expect(r.said.join("\n")).toMatch(/stop p_postgres:\n {2}Pacemaker: /);
  await upgradePostgres(work(), "17");
  expect(r.said.at(-1)).toMatch(/nothing to do/);

  await expect(upgradeBack(work(), undefined)).rejects.toThrow(
    /all that was written since .* would be lost: say so with LOSE=writes/,
  );
  serves("17");
  await upgradeBack(work(), "writes");
  serves("15");
  await expect(upgradeForget(work(), "15")).rejects.toThrow(/VERSION is "15": it must be one of 17/);
  await upgradeForget(work(), "17");
  await expect(upgradeBack(work(), "writes")).rejects.toThrow(/no data of an older version is kept/);
  serves("15");
});

describe("where the log goes to a third host", () => {
  const archive = (): void =>
    writeFileSync(
      join(r.root, "bin", "pitr"),
      `#!/bin/bash\necho "pitr $* of $(cat ${r.path("data")}/PG_VERSION)" >>${r.path("log")}\n[ ! -e ${r.path("away")} ] || { echo "vault is away" >&2; exit 1; }\n`,
      { mode: 0o755 },
    );
  const told = (): string[] => r.log.filter((l) => /^pitr|^systemctl/.test(l));
  const BACKED_UP = "systemctl start --no-block qvd-ha-pitr.service";

  test("it is told of the new version when that serves, and of the old one after the way back", async () => {
    archive();
    await upgradePostgres(work(), "17");
    expect(r.log.slice(-3)).toEqual(["vacuumdb", "pitr upgrade of 17", BACKED_UP]);
    expect(r.said.join("\n")).toMatch(/afterwards the third host .* full backup/);
    serves("17");
    await upgradeBack(work(), "writes");
    expect(told().slice(2)).toEqual(["pitr upgrade of 15", BACKED_UP]);
    serves("15");
  });

  test("where it is away the new version serves all the same, and a repetition does what is left", async () => {
    archive();
    writeFileSync(r.path("away"), "");
    await expect(upgradePostgres(work(), "17")).rejects.toThrow(
      /stanza-upgrade \(the service runs; repeat this verb .*\) failed: vault is away/,
    );
    expect([version(), program(), r.toldToStop, r.maintenance]).toEqual([
      "17",
      join(r.root, "lib", "17", "bin", "pg_ctl"),
      false,
      false,
    ]);
    expect(mark()).not.toBe("");
    rmSync(r.path("away"));
    await upgradePostgres(work(), undefined);
    expect(r.log.filter((l) => l === "upgrade")).toEqual(["upgrade"]);
    expect(told().slice(-2)).toEqual(["pitr upgrade of 17", BACKED_UP]);
    serves("17");
  });

  test("a preview says so, and tells nobody", async () => {
    archive();
    await expect(upgradePostgres(work("", true), "17")).rejects.toThrow(Previewed);
    expect(r.said.join("\n")).toMatch(/until then it takes no log/);
    expect(told()).toEqual([]);
  });
});

describe("refuses, and the service goes on", () => {
  const untouched = async (p: Promise<unknown>, words: RegExp): Promise<void> => {
    await expect(p).rejects.toThrow(words);
    await expect(p).rejects.toThrow(Refused);
    expect(r.log.filter((l) => l !== "check")).toEqual([]);
    serves("15");
  };
  test("what pg_upgrade refuses, in its words", () => {
    writeFileSync(r.path("refuse-check"), "Your installation contains one of the reg* data types in user tables.");
    return untouched(
      upgradePostgres(work(), "17"),
      /pg_upgrade refuses: Your installation contains one of the reg\* data types/,
    );
  });
  test("without consent", () =>
    untouched(upgradePostgres(work(""), "17"), /needs consent; nothing was touched: .*CONSENT="stops:p_postgres"/));
  test("without a backup", () => {
    rmSync(join(r.root, "bin", "backup"));
    return untouched(upgradePostgres(work(), "17"), /switch on maintenance.backup/);
  });
  test("without the programs, with both nodes' names", () => {
    rmSync(join(r.root, "lib", "17"), { recursive: true });
    return untouched(upgradePostgres(work(), "17"), /qvddb1 has no .*\/17\/bin\/postgres: install.*qvddb2 has no/s);
  });
  test("a version that is none, or an older one", async () => {
    await untouched(upgradePostgres(work(), "new"), /TO is "new"/);
    await untouched(upgradePostgres(work(), "14"), /there is no way down to 14/);
  });
});

test("a preview asks pg_upgrade, and does nothing", async () => {
  await expect(upgradePostgres(work("", true), "17")).rejects.toThrow(Previewed);
  expect(r.log).toEqual(["check"]);
  serves("15");
});

test("where pg_upgrade fails, the service goes on with what it had", async () => {
  writeFileSync(r.path("refuse-upgrade"), "Performing Upgrade\n*failure*");
  await expect(upgradePostgres(work(), "17")).rejects.toThrow(/\*failure\*/);
  serves("15");
});

test("killed before any of its commands, the next run comes to the same end", async () => {
  await upgradePostgres(work(), "17");
  const commands = r.done.length;
  const noted = r.done.findIndex((d) => /crm_attribute --node qvddb1 --name qvd-ha-operation --update/.test(d));
  expect(noted).toBeGreaterThan(0);
  const moments = Array.from({ length: commands - noted - 1 }, (_, i) => noted + 1 + i).filter((_, i) => i % 3 === 0);
  for (const k of moments) {
    r.end();
    room();
    await r.killedAt(k, () => upgradePostgres(work(), "17"));
    serves("17");
    expect(r.log.filter((l) => l === "upgrade")).toEqual(["upgrade"]);
  }
});

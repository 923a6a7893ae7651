import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Upgrade } from "../../../providers/postgres/upgrade";
import { backScript, forgetScript, parseState, stateScript, upgradeScript } from "../../../providers/postgres/upgrade";
import type { Sh } from "../../../providers/remote";

// Proves by real files that two data directories change places whatever moment a run is killed at, and that half of one never passes for a whole one. The files are empty, and the programs
// of PostgreSQL are stand-ins: majors.test.ts has the real ones.

jest.setTimeout(900_000);

const OLD = ["PG_VERSION", "base", "global", "pg_wal", "postgresql.conf", "only-old"];
const NEW = ["PG_VERSION", "base", "global", "pg_wal", "postgresql.conf", "only-new"];

let root: string;
let u: Upgrade;

function fill(directory: string, names: readonly string[], version: string): void {
  mkdirSync(directory, { recursive: true });
  for (const n of names) writeFileSync(join(directory, n), n === "PG_VERSION" ? `${version}\n` : `${version} ${n}`);
}

/** With `dies`, the run is killed outright before its so-many-th move. */
function run(script: Sh, dies = 0): number | null {
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script.text], {
    encoding: "utf8",
    env: {
      PATH: `${join(root, "bin")}:${process.env.PATH}`,
      LC_ALL: "C",
      DIES: String(dies),
      COUNT: join(root, "count"),
    },
  });
  rmSync(join(root, "count"), { force: true });
  if (r.signal === null && r.status !== 0) throw new Error(r.stderr);
  return r.signal === null ? r.status : null;
}

const state = () => parseState(execFileSync("bash", ["-c", stateScript(u.dataDirectory).text], { encoding: "utf8" }));
const names = (directory: string): string[] => readdirSync(directory).filter((n) => !n.startsWith("."));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "qvd-ha-exchange-"));
  for (const d of ["bin", "15/bin", "17/bin"]) mkdirSync(join(root, d), { recursive: true });
  const tool = (path: string, text: string): void =>
    writeFileSync(join(root, path), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  tool(
    "bin/mv",
    `n=$(( $(cat "$COUNT" 2>/dev/null || echo 0) + 1 )); echo $n >"$COUNT"; if [ "$n" = "$DIES" ]; then kill -9 $PPID; exit 1; fi; exec /bin/mv "$@"`,
  );
  for (const v of ["15", "17"]) {
    tool(`${v}/bin/pg_controldata`, "echo 'Database cluster state:               shut down'");
    tool(`${v}/bin/postgres`, `echo 'postgres (PostgreSQL) ${v}.1'`);
  }
  const bin = (v: string): string => join(root, v, "bin");
  u = {
    dataDirectory: join(root, "data"),
    osUser: "root",
    from: "15",
    to: "17",
    fromBin: bin("15"),
    toBin: bin("17"),
    mode: "copy",
  };
  fill(u.dataDirectory, OLD, "15");
  writeFileSync(join(u.dataDirectory, ".qvd-ha-backup"), "stays");
  fill(join(u.dataDirectory, ".qvd-ha-upgrade", "new"), NEW, "17");
  writeFileSync(join(u.dataDirectory, ".qvd-ha-upgrade", "stage"), "upgraded\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function isNew(): void {
  expect(names(u.dataDirectory).sort()).toEqual([...NEW].sort());
  expect(names(join(u.dataDirectory, ".postgresql-15")).sort()).toEqual([...OLD].sort());
  for (const n of NEW.slice(1)) expect(readFileSync(join(u.dataDirectory, n), "utf8")).toBe(`17 ${n}`);
  expect(state()).toMatchObject({ version: "17", stage: "exchanged copy", kept: { "15": expect.any(Number) } });
  expect(existsSync(join(u.dataDirectory, ".qvd-ha-backup"))).toBe(true);
}

test("killed before any of its moves, the next run comes to the same end, and half of it is no data directory", () => {
  const moves = (OLD.length + NEW.length) * 2;
  let killed = 0;
  for (let n = 1; n < moves; n++) {
    rmSync(join(u.dataDirectory, ".postgresql-15"), { recursive: true, force: true });
    for (const f of names(u.dataDirectory)) rmSync(join(u.dataDirectory, f));
    fill(u.dataDirectory, OLD, "15");
    fill(join(u.dataDirectory, ".qvd-ha-upgrade", "new"), NEW, "17");
    writeFileSync(join(u.dataDirectory, ".qvd-ha-upgrade", "stage"), "upgraded\n");
    if (run(upgradeScript(u), n) === null) {
      killed++;
      const { version } = state();
      const whole = names(u.dataDirectory).length === OLD.length;
      expect(version === "" || whole).toBe(true);
    }
    run(upgradeScript(u));
    isNew();
  }
  expect(killed).toBeGreaterThan(OLD.length + NEW.length);
});

test("the way back puts the old data in its place and keeps the new, also after a kill; it is refused where there is none", () => {
  run(upgradeScript(u));
  const back: Upgrade = { ...u, from: "17", to: "15", fromBin: u.toBin, toBin: u.fromBin };
  expect(() => run(backScript({ ...back, to: "14" }))).toThrow(/\.postgresql-14 is not there: there is no way back/);
  rmSync(join(u.dataDirectory, ".qvd-ha-upgrade"), { recursive: true });
  for (const n of [2, 5, 9]) run(backScript(back), n);
  run(backScript(back));
  expect(names(u.dataDirectory).sort()).toEqual([...OLD].sort());
  expect(names(join(u.dataDirectory, ".postgresql-17")).sort()).toEqual([...NEW].sort());
  expect(state()).toMatchObject({ version: "15", stage: "back-exchanged" });
});

test("data that was kept is thrown away by its version, and never what serves", () => {
  run(upgradeScript(u));
  expect(() => run(forgetScript(u.dataDirectory, "15"))).toThrow(/an upgrade is at work/);
  rmSync(join(u.dataDirectory, ".qvd-ha-upgrade"), { recursive: true });
  expect(() => run(forgetScript(u.dataDirectory, "17"))).toThrow(/itself is of PostgreSQL 17/);
  expect(() => run(forgetScript(u.dataDirectory, "16"))).toThrow(/is not there/);
  run(forgetScript(u.dataDirectory, "15"));
  expect(state()).toEqual({ version: "17", stage: "", kept: {} });
});

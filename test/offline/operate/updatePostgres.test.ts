import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { updatePostgresRolling } from "../../../tools/operate/postgres";
import { Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { aptStandIn } from "./support/apt";
import { healthyCib } from "./support/healthy";
import { NODES, Room } from "./support/room";

// Proves with Pacemaker's own tools on a configuration in which order two nodes get a minor version of PostgreSQL, when the service moves, and where a run that was killed goes on. apt and the
// server are stand-ins: the guests have the real ones (test/e2e/verbs).

jest.setTimeout(600_000);

/** The server's program is another one from then on, be it of the same version. */
const PUT_IN = `case $name in postgresql-*) echo "\${new%-*}" >"$R/version.$N"; ln -sfn "/usr/lib/postgres (deleted)" "$R/proc-$N/exe" ;; esac`;
const CONSENT = "moves:g_postgres moves:p_ip_postgres";
const [first, second] = NODES;

const s = scratch();
let healthy: string;
let r: Room;

const file = (name: string): string => r.path(name);
/** @param due what apt has for a node */
function room(due: string): void {
  r = new Room(healthy, {
    "apt-get": aptStandIn("install", PUT_IN),
    dpkg: ":",
    "dpkg-query": "echo 'installed postgresql-15'",
    pgrep: '[ -e "$R/running.$N" ] && echo 1',
    runuser: 'cat "$R/running.$N"',
  });
  r.paths["/proc/$pid"] = `${r.root}/proc-$N`;
  const bin = file("15/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "postgres"), `#!/bin/bash\necho "postgres (PostgreSQL) $(cat ${r.root}/version.$N)"\n`, {
    mode: 0o755,
  });
  r.paths['$(dirname "$pgctl")'] = bin;
  for (const n of NODES) {
    mkdirSync(file(`proc-${n}`));
    mkdirSync(file(`proc-${n}/cwd`));
    writeFileSync(file(`proc-${n}/cwd/postmaster.pid`), "1\n/data\n0\n5432\n/run\n");
    writeFileSync(file(`due.${n}`), due);
    writeFileSync(file(`version.${n}`), "15.13\n");
  }
  let at: string | undefined;
  r.onStatus = () => {
    if (at === r.serves) return;
    if (at !== undefined) writeFileSync(file("log"), `${[...r.log, `${r.serves} serves`].join("\n")}\n`);
    at = r.serves;
    for (const n of NODES) rmSync(file(`running.${n}`), { force: true });
    writeFileSync(file(`running.${at}`), readFileSync(file(`version.${at}`)));
    rmSync(file(`proc-${at}/exe`), { force: true });
    symlinkSync("/usr/lib/postgres", file(`proc-${at}/exe`));
  };
  r.status();
}

const update = (consent = CONSENT): Promise<void> => {
  process.env.QVD_HA_CONSENT = consent;
  return updatePostgresRolling(new Work(r.hands(), { verb: "update-postgres", say: (t) => void r.said.push(t) }));
};
const bound = (): boolean => r.configuration.includes("cli-prefer-");

beforeAll(async () => void (healthy = await healthyCib(s)));
afterAll(() => {
  delete process.env.QVD_HA_CONSENT;
  s.remove();
});
afterEach(() => r.end());

const ORDER = [`${second} updated`, `${second} serves`, `${first} updated`];

test.each([
  ["a new version", "postgresql-15 15.13-0+deb12u1 15.14-0+deb12u1\n"],
  ["the same version, built anew", "postgresql-15 15.13-0+deb12u1 15.13-0+deb12u2\n"],
])("%s: first where nobody is served, then the service moves, then the other node", async (_name, due) => {
  room(due);
  await update();
  expect(r.log).toEqual(ORDER);
  expect(bound()).toBe(false);
  await update();
  expect(r.said.at(-1)).toBe("nothing to do");
  expect(r.log).toEqual(ORDER);
});

test("without consent nothing is put in", async () => {
  room("postgresql-15 15.13-0+deb12u1 15.14-0+deb12u1\n");
  await expect(update("")).rejects.toThrow(/moves:g_postgres/);
  expect(r.log).toEqual([]);
});

test("what comes with the server, and is not it, moves nothing", async () => {
  room("libpq5 15.13-0+deb12u1 15.14-0+deb12u1\n");
  await update();
  expect(r.log).toEqual([`${second} updated`, `${first} updated`]);
});

test("a server whose program somebody replaced under it moves, once", async () => {
  room("");
  r.must(`ln -sfn '/usr/lib/postgres (deleted)' ${r.root}/proc-${first}/exe`);
  await update();
  expect(r.log).toEqual([`${second} serves`]);
  await update();
  expect(r.said.at(-1)).toBe("nothing to do");
});

test("killed at any step and repeated, each node is updated once and the service moves once", async () => {
  room("postgresql-15 15.13-0+deb12u1 15.13-0+deb12u2\n");
  await update();
  const steps = r.done.length;
  expect(steps).toBeGreaterThan(8);
  r.end();
  for (let dies = 0; dies < steps; dies++) {
    room("postgresql-15 15.13-0+deb12u1 15.13-0+deb12u2\n");
    await r.killedAt(dies, () => update());
    expect([dies, ...r.log]).toEqual([dies, ...ORDER]);
    expect(bound()).toBe(false);
    r.end();
  }
});

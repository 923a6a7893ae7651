import { existsSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { sh } from "../../../providers/remote";
import type { Step } from "../../../providers/step";
import { Sandbox } from "../postgres/sandbox";

/**
 * Proves with the real PostgreSQL that making the data may end at any moment - between its steps, or by a SIGKILL in the middle of one, after any time - and that the next plan comes
 * to the same end: a server that serves what was asked for, nothing running, mounted or promoted meanwhile but in a step's own hands, and the password in no file.
 * DRBD and mounts are stand-ins.
 */
jest.setTimeout(600_000);

const quiet = { managed: "no", files: undefined, server: undefined, stamp: {} } as const;

interface Stamps {
  seeded?: string;
  proved?: string;
}

/** Both nodes live on one machine here, with one file for both stamps: who has which is remembered. */
function seen(box: Sandbox, stamps: Stamps): Record<string, PostgresSeen> {
  const two = {
    ...quiet,
    stamp: { proved: stamps.proved },
    drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
    place: { mountPoint: "absent", running: false },
  } as PostgresSeen;
  return { one: { ...box.see(), managed: "no", stamp: { seeded: stamps.seeded } }, two };
}

function note(box: Sandbox, step: Step, stamps: Stamps): void {
  const { stamp } = box.see();
  if (step.reason.startsWith("make the data")) stamps.seeded = stamp.seeded;
  if (step.reason.startsWith("prove")) stamps.proved = stamp.proved;
}

/** Nothing is left in anybody's hands. */
function released(box: Sandbox): void {
  expect(existsSync(join(box.root, "state", "mounted"))).toBe(false);
  expect(existsSync(join(box.root, "data", "postmaster.pid"))).toBe(false);
  expect(readFileSync(join(box.root, "state", "role"), "utf8")).toMatch(/^Secondary/);
}

const secretless = (box: Sandbox): void => {
  const found = spawnSync("grep", ["-rlF", box.spec.role.password, box.root], { encoding: "utf8" }).stdout;
  expect(found.split("\n").filter((f) => f && !f.endsWith("/stdin"))).toEqual([]);
};

/** Plans and runs to the end; the reasons. */
function converge(box: Sandbox, stamps: Stamps = {}): string[] {
  const done: string[] = [];
  for (let round = 0; round < 4; round++) {
    const stages = postgres.plan(box.spec, seen(box, stamps)).stages;
    if (stages.length === 0) return done;
    for (const step of stages.flat()) {
      expect(box.run(step.command)).toMatchObject({ code: 0 });
      done.push(step.reason.split(/[:,]/)[0] as string);
      note(box, step, stamps);
      released(box);
    }
  }
  throw new Error(`not done: ${done.join("; ")}`);
}

/** What it all is for. */
function serves(box: Sandbox): void {
  const r = box.run({
    script: sh`drbdadm primary postgres; mount; cd /
runuser -u postgres -- ${join(box.spec.binDir, "pg_ctl")} start -s -w -D ${box.spec.mountPoint} -l ${box.spec.logFile} </dev/null`,
  });
  expect(r).toMatchObject({ code: 0 });
  expect(box.sql("select pg_get_userbyid(datdba) from pg_database where datname = 'qvddb'")).toBe("qvd");
  expect(box.sql("select count(*) from ha.pacemaker_monitor")).toBe("1");
  expect(box.sql("show data_checksums")).toBe("on");
}

describe("making the data", () => {
  let box: Sandbox;
  beforeEach(async () => {
    box = await Sandbox.make();
  });
  afterEach(() => box.end());

  const first = (): Step => postgres.plan(box.spec, seen(box, {})).stages.flat()[0] as Step;

  test("uninterrupted, and ended after its first step", () => {
    const step = first();
    expect(box.run(step.command)).toMatchObject({ code: 0 });
    released(box);
    secretless(box);
    const stamps = {};
    note(box, step, stamps);
    expect(converge(box, stamps)).toEqual(["prove that the server starts here and takes a log-in"]);
    secretless(box);
    serves(box);
  });

  test.each([0.3, 1, 2, 4, 8])("killed in the middle, after %d seconds", (seconds) => {
    const { command } = first();
    // All processes of the script die; a server that it has started lives on, mounted and promoted.
    const killed = box.run({
      ...command,
      script: sh`timeout -s KILL ${seconds} bash -euo pipefail -c ${command.script.text}`,
    });
    if (killed.code !== 0) expect([128, 137]).toContain(killed.code);
    converge(box);
    secretless(box);
    serves(box);
  });
});

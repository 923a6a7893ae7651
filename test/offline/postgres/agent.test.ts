/**
 * Proves that the distribution's agent and ours run this server with the parameters that are rendered for them: start, monitor, stop, and a monitor that
 * fails when its table is gone; of ours, also what it does with what a dead server has left, and that it is faster. Does not prove
 * seconds on a slow guest; the drills do. Needs Debian's resource-agents: installed, or unpacked where OCF_ROOT says.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POSTGRES_AGENT } from "../../../providers/agents/text/postgres";
import { agentParams, postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { sh } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { act as call, OCF_ROOT } from "../agents/act";
import { Sandbox } from "./sandbox";

jest.setTimeout(120_000);

const THEIRS = join(OCF_ROOT, "resource.d/heartbeat/pgsql");
const OURS = "ocf:qvd-ha:postgres";
const NOT_RUNNING = 7;

/** Milliseconds of one monitor, by agent. */
const took: Record<string, number> = {};

describe.each(["ocf:heartbeat:pgsql", OURS])("%s", (name) => {
  let box: Sandbox;
  let agent: string;
  beforeAll(async () => {
    box = await Sandbox.make();
    agent = name === OURS ? join(box.root, "agent") : THEIRS;
    if (name === OURS) writeFileSync(agent, POSTGRES_AGENT, { mode: 0o755 });
    const peer = {
      managed: "no",
      drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
      place: { mountPoint: "absent", running: false },
      stamp: {},
    } as unknown as PostgresSeen;
    const seed = steps(postgres.plan(box.spec, { one: box.see(), two: peer }))[0];
    expect(box.run((seed as NonNullable<typeof seed>).command)).toMatchObject({ code: 0, stderr: "" });
    expect(box.run({ script: sh`drbdadm primary postgres; mount` }).code).toBe(0);
  });
  afterAll(() => box.end());

  const act = (action: string, seconds = 60): number | null => {
    const r = call({
      agent,
      action,
      resource: "p_postgres",
      params: agentParams(box.spec),
      seconds,
      state: join(box.root, "state"),
    });
    said = r.stderr;
    return r.status;
  };
  let said = "";

  test("takes its parameters, starts, monitors and stops", () => {
    expect(act("validate-all")).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect(act("start")).toBe(0);
    const before = box.sql("select last_update from ha.pacemaker_monitor");
    expect(act("monitor")).toBe(0);
    expect(box.sql("select last_update from ha.pacemaker_monitor")).not.toBe(before);
    expect(box.sql("show listen_addresses")).toBe("*");
    expect(act("stop")).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
  });

  test("notices that the server takes no writes", () => {
    expect(act("start")).toBe(0);
    box.sql("revoke update on ha.pacemaker_monitor from ha_monitor");
    expect(act("monitor")).toBe(1);
    box.sql("grant update on ha.pacemaker_monitor to ha_monitor");
    expect(act("monitor")).toBe(0);
    expect(act("stop")).toBe(0);
  });

  if (name === OURS)
    test("a probe where it stands by reads what a start will need; a monitor that finds the server dead does not wait for that", () => {
      const bin = join(box.root, "programs");
      mkdirSync(bin);
      const programs = ["postgres", "psql"].map((p) => join(bin, p));
      for (const p of programs) copyFileSync("/usr/bin/bash", p);
      const cached = (): boolean[] =>
        programs.map((p) => {
          const pages = Number(execFileSync("fincore", ["--noheadings", "--output", "PAGES", p], { encoding: "utf8" }));
          return pages >= Math.ceil(statSync(p).size / 4096);
        });
      const forget = (): void => {
        execFileSync("sync", programs);
        for (const p of programs) execFileSync("dd", [`if=${p}`, "iflag=nocache", "count=0", "status=none"]);
      };
      const probe = (interval: string): boolean[] => {
        forget();
        expect(cached()).toEqual([false, false]);
        const params = { ...agentParams(box.spec), pgctl: join(bin, "pg_ctl"), psql: programs[1] as string };
        const environment = { OCF_RESKEY_CRM_meta_interval: interval };
        const state = join(box.root, "state");
        const done = call({
          agent,
          action: "monitor",
          resource: "p_postgres",
          params,
          seconds: 30,
          state,
          environment,
        });
        expect(done.status).toBe(NOT_RUNNING);
        return cached();
      };
      expect(probe("10000")).toEqual([false, false]);
      expect(probe("0")).toEqual([true, true]);
    });

  test("monitors in so much time", () => {
    expect(act("start")).toBe(0);
    const timed = [1, 2, 3, 4, 5].map(() => {
      const begun = performance.now();
      expect(act("monitor")).toBe(0);
      return performance.now() - begun;
    });
    took[name] = Math.min(...timed);
    expect(act("stop")).toBe(0);
  });

  if (name !== OURS) return;
  const data = (): string => box.spec.dataDirectory;
  const pid = (): number => Number(readFileSync(join(data(), "postmaster.pid"), "utf8").split("\n")[0]);
  const there = (p: number): boolean => existsSync(`/proc/${p}`);

  test("describes itself as Pacemaker wants it", () => {
    const text = execFileSync(agent, ["meta-data"], { encoding: "utf8" });
    const { monitor_password: _, ...params } = agentParams(box.spec);
    for (const param of Object.keys(params)) expect(text).toContain(`<parameter name="${param}"`);
    expect(act("nonsense")).toBe(3);
  });

  test("a start where it runs, and a stop where it does not, are nothing", () => {
    expect(act("start")).toBe(0);
    const before = pid();
    expect(act("start")).toBe(0);
    expect(pid()).toBe(before);
    expect(existsSync(`/proc/${before}/cwd`)).toBe(true);
    expect(act("stop")).toBe(0);
    // Not even its first process is there: it would hold the file system.
    expect(existsSync(`/proc/${before}/cwd`)).toBe(false);
    expect(act("stop")).toBe(0);
  });

  test("starts again what was killed, with its backends still at their work", () => {
    expect(act("start")).toBe(0);
    const before = pid();
    process.kill(before, "SIGKILL");
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect(act("stop")).toBe(0);
    expect(act("start")).toBe(0);
    expect(pid()).not.toBe(before);
    expect(act("monitor")).toBe(0);
    expect(act("stop")).toBe(0);
  });

  test("says why a server does not come up, and tries for as long as it may", () => {
    const file = join(data(), "postgresql.conf");
    const before = readFileSync(file);
    writeFileSync(file, `${before.toString()}\nport = nonsense\n`);
    try {
      const begun = Date.now();
      expect(act("start", 8)).toBe(1);
      expect((Date.now() - begun) / 1000).toBeLessThan(8);
      expect(said).toContain(`it ended, and ${box.spec.logFile} has its reason`);
    } finally {
      writeFileSync(file, before);
    }
    expect(act("start")).toBe(0);
    // Not of the session of what started it, which Pacemaker ends as a whole.
    const session = (p: number | "self"): string =>
      readFileSync(`/proc/${p}/stat`, "utf8").split(") ")[1]?.split(" ")[3] as string;
    expect(session(pid())).toBe(String(pid()));
    expect(session(pid())).not.toBe(session("self"));
    expect(act("stop")).toBe(0);
  });

  test("is not taken in by a pid file from another life, whose number somebody else has now", () => {
    const somebody = spawn("runuser", ["-u", "postgres", "--", "sleep", "60"], { cwd: "/", stdio: "ignore" });
    const child = (): string => spawnSync("pgrep", ["-P", String(somebody.pid)], { encoding: "utf8" }).stdout.trim();
    while (child() === "") spawnSync("sleep", ["0.1"]);
    const stranger = Number(child());
    const file = join(data(), "postmaster.pid");
    writeFileSync(
      file,
      `${stranger}\n${data()}\n1700000000\n${box.spec.port}\n${box.root}/socket\n*\n  123 456\nready\n`,
    );
    execFileSync("chown", ["postgres:", file]);
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect(act("stop")).toBe(0);
    expect(there(stranger)).toBe(true);
    expect(act("start")).toBe(0);
    expect(act("stop")).toBe(0);
    expect(there(stranger)).toBe(true);
    process.kill(stranger);
  });

  test("does not start where no data is, and says so", () => {
    expect(box.run({ script: sh`umount` }).code).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect(act("start")).toBe(5);
    expect(said).toContain("ocf-exit-reason:there is no data");
    expect(act("stop")).toBe(0);
    expect(box.run({ script: sh`mount` }).code).toBe(0);
  });

  test("leaves a server that hangs to be fenced, within its time", () => {
    expect(act("start")).toBe(0);
    const before = pid();
    process.kill(before, "SIGSTOP");
    try {
      const begun = Date.now();
      expect(act("stop", 30)).toBe(1);
      expect((Date.now() - begun) / 1000).toBeLessThan(30);
      expect(said).toContain("does not stop");
    } finally {
      process.kill(before, "SIGCONT");
    }
    expect(act("stop")).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
  });
});

test("ours takes less than half of the time to monitor", () =>
  expect(took[OURS]).toBeLessThan((took["ocf:heartbeat:pgsql"] as number) / 2));

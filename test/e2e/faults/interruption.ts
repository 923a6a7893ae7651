import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BACKEND, inLab, must, sh } from "../support/stack";
import { add, change, configFile, stepsIn, TOKEN, UP, upWith } from "./cluster";
import type { Cluster, Edit } from "./cluster";
import type { Fault } from "./fault";
import { killAgainAndAgain, killedAt } from "./killed";

const RECOVER = ". ./env.sh && tools/verbs/recover dev";
const LOCKS = join(BACKEND, ".pulumi/locks/organization/qvd-ha/dev");
const locks = (): { pid: number }[] => {
  try {
    return readdirSync(LOCKS).map((f) => JSON.parse(readFileSync(join(LOCKS, f), "utf8")) as { pid: number });
  } catch {
    return [];
  }
};

/** Something of every kind that a running cluster takes without a word of consent. */
const EVERYTHING: readonly Edit[] = [
  change("clients: [172.20.64.0/24]", "clients: [172.20.64.0/24, 10.99.0.0/24]\n    hostName: qvddb-renamed"),
  add("qvd-ha:drbd: {rate: 90M}"),
  TOKEN,
  change("postgres: {start: 60", "postgres: {start: 61"),
];

async function undisturbed(c: Cluster, work: () => Promise<void>): Promise<void> {
  const before = await c.standing();
  await work();
  expect(await c.standing()).toEqual(before);
}

/** Each stage of the plan is left at its beginning once: a batch that has begun goes on to its end. */
const killAtEveryStage = (c: Cluster, command: string): Promise<string[]> =>
  killAgainAndAgain(command, 1, c.nodes, async () => {
    const roles = Object.values(await c.standing()).map((s) => s.role);
    expect(roles.filter((x) => x === "Primary").length).toBeLessThanOrEqual(1);
    await must(RECOVER);
  });

/** Every step by its number: killed there once, and the next run converges. */
async function killAtEveryStep(c: Cluster, there: string, back: string): Promise<string[]> {
  const killed: string[] = [];
  for (let n = 1; ; n++) {
    const command = n % 2 ? there : back;
    const r = await killedAt(command, n, c.nodes, n % 4 < 2 ? "all" : "engine");
    if (r.at === undefined) {
      expect(r.code).toBe(0);
      if (n % 2) await must(back);
      return killed;
    }
    killed.push(r.at);
    await must(RECOVER);
    await must(command);
  }
}

const quiet = async (c: Cluster, command: string): Promise<void> => {
  const output = await must(command);
  expect(stepsIn(output, c.nodes)).toEqual([]);
  expect(output).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
};

const everyStage: Fault = {
  id: "D1",
  must: "converges after kill -9 at the beginning of every stage, and nothing is disturbed",
  minutes: 12,
  async run(c) {
    const there = inLab(upWith(configFile(...EVERYTHING)));
    await undisturbed(c, async () => {
      const killed = await killAtEveryStage(c, there);
      // Two nodes, DRBD, PostgreSQL, Corosync (files, then a reload), Pacemaker: were there fewer, the test would not do what it says.
      expect(killed.length).toBeGreaterThanOrEqual(7);
      await quiet(c, there);
      await must(inLab(UP));
    });
  },
};

const everyStep: Fault = {
  id: "D1 every step",
  must: "converges after kill -9 at each step of the plan, by its number",
  minutes: 30,
  async run(c) {
    // The file is written anew by each fault: its text is needed for both ways.
    const there = inLab(upWith(configFile(...EVERYTHING)));
    await undisturbed(c, async () => {
      const killed = await killAtEveryStep(c, there, inLab(UP));
      expect(killed.length).toBeGreaterThanOrEqual(10);
      await quiet(c, inLab(UP));
    });
  },
};

const staleLock: Fault = {
  id: "D2",
  everyRun: true,
  must: "refuses a run while the lock of a dead one is there, names its holder, and make recover clears it",
  minutes: 3,
  async run(c) {
    const there = inLab(upWith(configFile(add("qvd-ha:drbd: {rate: 90M}"))));
    expect((await killedAt(there, 1, c.nodes, "all")).at).toBeDefined();
    const holder = locks()[0]?.pid;
    expect(holder).toBeGreaterThan(1);
    const refused = await sh(inLab(UP));
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/currently locked by 1 lock/);
    expect(refused.output).toContain(`(pid ${holder})`);
    expect(stepsIn(refused.output, c.nodes)).toEqual([]);
    expect(await must(`${RECOVER} 2>&1`)).toContain(`clearing the lock of process ${holder}, which is gone`);
    expect(locks()).toEqual([]);
    await must(inLab(UP));
  },
};

const twoAtOnce: Fault = {
  id: "D11",
  must: "refuses the second of two runs, names the first, and recover leaves a living one alone",
  minutes: 3,
  async run(c) {
    const first = sh(inLab(upWith(configFile(add("qvd-ha:drbd: {rate: 90M}")))));
    for (let i = 0; i < 300 && locks().length === 0; i++) await new Promise((r) => setTimeout(r, 100));
    const holder = locks()[0]?.pid;
    const [second, recover] = await Promise.all([sh(inLab(UP)), sh(RECOVER)]);
    expect(second.code).not.toBe(0);
    expect(second.output).toContain(`(pid ${holder})`);
    expect(stepsIn(second.output, c.nodes)).toEqual([]);
    // Either it was still at work, and is named, or it had ended by itself; it was never cleared away.
    if (recover.code !== 0) expect(recover.output).toContain(`locked by process ${holder}`);
    else expect(recover.output).not.toContain("clearing the lock");
    expect((await first).code).toBe(0);
    await must(inLab(UP));
  },
};

export const interruption: readonly Fault[] = [staleLock, twoAtOnce, everyStage, everyStep];

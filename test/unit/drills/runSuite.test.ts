import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { About } from "../../../drills/about";
import { exitOf } from "../../../drills/cli";
import { faultNamed } from "../../../drills/faults";
import type { DrillOptions } from "../../../drills/options";
import { NotReady } from "../../../drills/precheck";
import { Results } from "../../../drills/suite/results";
import type { Ending, SuiteOptions } from "../../../drills/suite/run";
import { runSuite } from "../../../drills/suite/run";
import type { Deployment } from "../../../tools/status/deployment";
import { drillReport } from "./made";

// Proves what a set drills, when it stops, and what it then says. Drills, control and status are stand-ins.
const drilled: string[] = [];
const told: string[] = [];
let controls = 0;
let outcome: (fault: string, nth: number) => boolean | Error;
let unhealthyAfter = Infinity;
const here: About = { cluster: "qvd@10.0.0.9", profile: "fast", verify: true };

jest.mock("../../../drills/about", () => ({
  ...jest.requireActual<object>("../../../drills/about"),
  aboutOf: async (_d: unknown, o: { verify: boolean }) => ({ ...here, verify: o.verify }),
}));
jest.mock("../../../drills/control", () => ({
  negativeControl: async () => {
    controls++;
    return { acknowledged: 9, lies: 1, lost: 1, passed: true };
  },
}));
jest.mock("../../../drills/run", () => ({
  runDrill: async (_d: unknown, { name }: { name: string }, o: { verify: boolean }) => {
    drilled.push(name);
    const came = outcome(name, drilled.filter((n) => n === name).length);
    if (came instanceof Error) throw came;
    return drillReport({ fault: name, passed: came, about: { ...here, verify: o.verify } });
  },
}));
jest.mock("../../../tools/status/read", () => ({ readStatus: async () => ({}) }));
jest.mock("../../../tools/status/health", () => ({
  problems: () => (drilled.length >= unhealthyAfter ? [{ kind: "node", what: "a is offline" }] : []),
}));
jest.mock("../../../drills/wait", () => ({ until: async (check: () => Promise<boolean>) => check() }));

const FAULTS = ["power-cut", "hang"].map(faultNamed);
const directory = (): string => mkdtempSync(join(tmpdir(), "suite-"));
const stop = new AbortController().signal;
function suite(where: string, more: Partial<SuiteOptions> = {}, options: Partial<DrillOptions> = {}): Promise<Ending> {
  const drill = (): DrillOptions =>
    ({ verify: true, signal: stop, progress: (t: string) => told.push(t), ...options }) as DrillOptions;
  return runSuite({} as Deployment, FAULTS, new Results(where), { repeat: 1, budgetSeconds: 3600, drill, ...more });
}

beforeEach(() => {
  drilled.splice(0);
  told.splice(0);
  controls = 0;
  unhealthyAfter = Infinity;
  outcome = () => true;
  jest.spyOn(console, "log").mockReturnValue(undefined);
});

describe("a set", () => {
  it("is done when all is green, and drills nothing when it is called again", async () => {
    const where = directory();
    expect(await suite(where)).toEqual({ how: "done", green: true });
    expect(drilled).toEqual(["power-cut", "hang"]);
    expect(await suite(where)).toEqual({ how: "done", green: true });
    expect([drilled.length, controls]).toEqual([2, 1]);
  });

  it("says before each drill which of how many it is, and how long the rest may take", async () => {
    const where = directory();
    new Results(where).add(drillReport({ about: here }));
    outcome = () => {
      jest.spyOn(performance, "now").mockReturnValue(performance.now() + 120_000);
      return true;
    };
    await suite(where, { repeat: 2 });
    jest.restoreAllMocks();
    expect(told.filter((t) => t.startsWith("drill "))).toEqual([
      "drill 1 of 3: hang",
      "drill 2 of 3: power-cut, about 4 min left",
      "drill 3 of 3: hang, about 2 min left",
    ]);
  });

  it("drills all of it once before any of it twice", async () => {
    expect(await suite(directory(), { repeat: 2 })).toEqual({ how: "done", green: true });
    expect(drilled).toEqual(["power-cut", "hang", "power-cut", "hang"]);
  });

  it("is not green where a drill did not come as expected; it is drilled again by the next call alone", async () => {
    const where = directory();
    outcome = (name, nth) => name !== "hang" || nth > 1;
    expect(await suite(where)).toEqual({ how: "done", green: false });
    expect(await suite(where)).toEqual({ how: "done", green: true });
    expect(drilled).toEqual(["power-cut", "hang", "hang"]);
  });

  it("is not green where one of several repeats failed", async () => {
    outcome = (name, nth) => name !== "hang" || nth > 1;
    expect(await suite(directory(), { repeat: 2 })).toEqual({ how: "done", green: false });
  });

  it("is not green where a drill did not come to an end, and goes on with the next", async () => {
    const where = directory();
    outcome = (name) => (name === "power-cut" ? new Error("no log-in to the hypervisor") : true);
    expect(await suite(where)).toEqual({ how: "done", green: false });
    expect(drilled).toEqual(["power-cut", "hang"]);
    expect(new Results(where).of("power-cut")).toEqual([{ fault: "power-cut", broken: "no log-in to the hypervisor" }]);
  });

  it("drills again, and says why, what is green of another cluster, another profile, or with fewer checks", async () => {
    const where = directory();
    const results = new Results(where);
    results.add(drillReport({ about: { ...here, cluster: "qvd@10.0.0.8" } }));
    results.add(drillReport({ fault: "hang", about: { ...here, verify: false } }));
    expect(await suite(where)).toEqual({ how: "done", green: true });
    expect(drilled).toEqual(["power-cut", "hang"]);
    expect(told).toEqual(
      expect.arrayContaining([
        `power-cut is drilled again: the green result in ${where} is of qvd@10.0.0.8, and this is qvd@10.0.0.9`,
        `hang is drilled again: the green result in ${where} was made without the checks of the data (--no-verify)`,
      ]),
    );
  });

  it("does not repeat with fewer checks what is green with all", async () => {
    const where = directory();
    await suite(where);
    expect(await suite(where, {}, { verify: false })).toEqual({ how: "done", green: true });
    expect(drilled).toHaveLength(2);
  });

  it("makes the negative control anew for another cluster, and where it did not count the lies", async () => {
    const where = directory();
    const old = { acknowledged: 9, lost: 1, passed: true };
    for (const control of [old, { ...old, lies: 1, about: { ...here, cluster: "x@10.0.0.8" } }]) {
      new Results(where).control = control;
      await suite(where);
    }
    expect(controls).toBe(2);
    expect(new Results(where).control?.about).toEqual(here);
  });

  it("begins nothing when its budget is spent: what is green so far is no success", async () => {
    const where = directory();
    outcome = () => {
      jest.spyOn(performance, "now").mockReturnValue(1e9);
      return true;
    };
    const ending = await suite(where, { repeat: 2, budgetSeconds: 10 });
    jest.restoreAllMocks();
    expect(ending).toEqual({ how: "out of time", green: false });
    expect(drilled).toEqual(["power-cut"]);
  });

  it("ends with a cluster that is not healthy, before a drill and between two", async () => {
    unhealthyAfter = 0;
    expect(await suite(directory())).toEqual({ how: "not healthy", green: false });
    expect([drilled, controls]).toEqual([[], 0]);
    unhealthyAfter = 1;
    expect(await suite(directory())).toEqual({ how: "not healthy", green: false });
    expect(drilled).toEqual(["power-cut"]);
  });

  it("ends where a drill is refused, says why, and keeps what was found", async () => {
    const where = directory();
    outcome = (name) => (name === "hang" ? new NotReady(["maintenance mode is on"]) : true);
    expect(await suite(where)).toEqual({ how: "refused", green: false });
    expect(told.join()).toContain("maintenance mode is on");
    expect(new Results(where).faults).toEqual(["power-cut"]);
  });
});

describe("the exit status", () => {
  it.each<[Ending, number]>([
    [{ how: "done", green: true }, 0],
    [{ how: "done", green: false }, 1],
    [{ how: "out of time", green: false }, 1],
    [{ how: "out of time", green: true }, 1],
    [{ how: "not healthy", green: true }, 3],
    [{ how: "refused", green: false }, 3],
  ])("of %j is %d", (ending, status) => {
    expect(exitOf(ending)).toBe(status);
  });
});

import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Finding } from "../../../drills/aftermath/aftermath";
import { aftermath } from "../../../drills/aftermath/aftermath";
import { left } from "../../../drills/aftermath/left";
import type { Deployment } from "../../../tools/status/deployment";
import type { NodeReport } from "../../../tools/status/node";
import type { Status } from "../../../tools/status/read";
import { status, view } from "../status/recorded";

// Proves what each answer is taken for; whether the checks find what is broken, test/offline/drills tells with a real server.
type Answer = { code: number; stdout: string; stderr: string } | Error | undefined;
const ran: string[] = [];
let answer: (script: string) => Answer;
let statuses: Status[] = [];
jest.mock("@qvd-ha/providers/dist/remote", () => ({
  ...jest.requireActual<object>("@qvd-ha/providers/dist/remote"),
  run: async (_c: unknown, [command]: readonly { script: { text: string } }[]) => {
    const text = command?.script.text ?? "";
    ran.push(text);
    const a = answer(text);
    if (a instanceof Error) throw a;
    return a ? [a] : [];
  },
}));
jest.mock("../../../tools/status/read", () => ({
  ...jest.requireActual<object>("../../../tools/status/read"),
  readStatus: async () => (statuses.length > 1 ? statuses.shift() : statuses[0]),
}));
jest.mock("node:timers/promises", () => ({ setTimeout: async () => undefined }));

const said = (stdout: string, code = 0, stderr = ""): Answer => ({ code, stdout, stderr });
const CLEAN = (script: string): Answer =>
  said(/pg_amcheck/.test(script) ? "sound\n" : /checksum/.test(script) ? "0 failures\n" : "0 KiB differ\n");
const silent = (): undefined => undefined;
beforeEach(() => {
  ran.splice(0);
  answer = CLEAN;
});

describe("the checks of the data", () => {
  const found = async (a: typeof answer): Promise<(boolean | undefined)[]> => {
    answer = a;
    return (await aftermath({} as Connection, "qvddb", 5432, silent)).map((f) => f.met);
  };

  it("pass on what is sound, all three", async () => {
    expect(await found(CLEAN)).toEqual([true, true, true]);
  });

  it.each<[string, Answer]>([
    ["what they find", said("3 failures")],
    ["an exit status", said("", 1, "psql: connection refused")],
    ["a question mark for an answer", said("? KiB differ")],
    ["an answer that did not come in time", new Error("no answer within 900 s")],
    ["no answer at all", undefined],
  ])("fail by %s", async (_name, a) => {
    expect(await found(() => a)).toEqual([false, false, false]);
  });

  it("say why they could not be made", async () => {
    answer = () => new Error("no answer within 60 s");
    const [first] = await aftermath({} as Connection, "qvddb", 5432, silent);
    expect(first?.came).toBe(
      "could not be checked: no answer within 60 s (--no-verify leaves out the checks of the data)",
    );
  });

  it("decide nothing where they do not apply", async () => {
    answer = () => said("", 69, "the data has no checksums");
    const all = await aftermath({} as Connection, "qvddb", 5432, silent);
    expect(all.map((f) => [f.met, f.came])).toEqual(
      Array.from({ length: 3 }, () => [undefined, "does not apply: the data has no checksums"]),
    );
  });
});

describe("what a fault has left", () => {
  const deployment = {
    nodes: ["qvddb1", "qvddb2"],
    connections: { qvddb1: {}, qvddb2: {} },
  } as unknown as Deployment;
  const none: Partial<NodeReport> = { cluster: undefined, configuration: undefined };
  const looked = async (...all: Status[]): Promise<[string, boolean | undefined][]> => {
    statuses = all;
    const text = (f: Finding): [string, boolean | undefined] => [f.came, f.met];
    return (await left(deployment, silent)).map(text);
  };

  it("is nothing on a clean cluster, and nothing is cleaned", async () => {
    expect(await looked(status())).toEqual([
      ["none", true],
      ["none", true],
    ]);
    expect(ran).toEqual([]);
  });

  it("is a constraint that only it can have made, named once", async () => {
    const ban = { constraints: ["cli-ban-x"] };
    expect((await looked(status(ban, ban)))[0]).toEqual(["cli-ban-x", false]);
  });

  it("is no fail-count that a clean-up clears", async () => {
    const failed = status({ cluster: view("failed") }, { cluster: view("failed") });
    expect((await looked(failed, status()))[1]).toEqual(["none", true]);
    expect(ran).toEqual(["crm_resource --cleanup"]);
  });

  it("is a fail-count that stays, also where the clean-up itself fails", async () => {
    const failed = status({ cluster: view("failed") }, { cluster: view("failed") });
    answer = () => new Error("connection lost");
    expect((await looked(failed))[1]).toEqual(["p_postgres on qvddb1", false]);
    expect(ran.length).toBeGreaterThan(1);
  });

  it("is not known, and no success, where no node tells", async () => {
    const why = "could not be checked: no node tells of the cluster";
    expect(await looked(status(none, none))).toEqual([
      [why, false],
      [why, false],
    ]);
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corosync } from "../../../providers/corosync";
import { schema } from "../../../providers/corosync/spec";
import type { Spec } from "../../../providers/corosync/spec";
import type { Facts } from "../../../providers/fact";
import { input } from "../../unit/corosync/samples";
import { bareCib } from "../pacemaker/cluster";
import type { Answer } from "../../../providers/remote";
import { Room } from "./room";
import { converge, everyPrefix } from "./replan";
import type { Stage } from "./replan";

/**
 * Proves that Corosync's plans, stopped after any number of steps and planned anew from what the nodes then are, come to the same end, and that at no stop the service was
 * touched or a node would have been fenced. Real: the scripts, the files, the CIB and its tools. Stand-ins (./standins/cluster): systemd, the daemons, that hear one another
 * when what they have read agrees. It does not prove how the real daemons take it: test/e2e does.
 */
jest.setTimeout(300_000);

const NODES = ["qvddb1", "qvddb2"];
const shared = mkdtempSync(join(tmpdir(), "pair-"));
const kept = mkdtempSync(join(tmpdir(), "kept-"));
const rooms = Object.fromEntries(NODES.map((n) => [n, new Room(n, shared, join(__dirname, "standins", "cluster"))]));
afterAll(() => {
  Object.values(rooms).forEach((r) => r.end());
  for (const d of [shared, kept]) rmSync(d, { recursive: true });
});

const spec = (more: object = {}): Spec => schema.parse(input({ startTimeoutSeconds: 10, ...more }));
const at = (n: string, f: string): string => join(shared, n, f);

/** The files of each room where a reload on the other node finds them. */
function publish(n: string): void {
  const r = rooms[n]?.run({
    script: {
      text: `mkdir -p "$SHARED/$NODE/files"; cp /etc/corosync/{corosync.conf,authkey} "$SHARED/$NODE/files/" 2>/dev/null || true`,
    } as never,
  });
  expect(r?.code).toBe(0);
}

/** @param oneUp the change is made node by node: there is always one that runs */
function stage(wanted: Spec, begin: () => void, oneUp = false): Stage {
  return {
    reset: () => {
      rmSync(shared, { recursive: true });
      for (const n of NODES) {
        rooms[n]?.reset();
        mkdirSync(join(shared, n), { recursive: true });
        writeFileSync(at(n, "masked"), "");
        // The machine's own package has files there.
        rooms[n]?.run({
          script: { text: "rm -rf /etc/corosync; mkdir -p /var/lib/pacemaker/cib /var/lib/corosync" } as never,
        });
      }
      writeFileSync(join(shared, "cib.xml"), bareCib("pacemaker-3.9"));
      begin();
    },
    keep: (i) => {
      const where = join(kept, String(i));
      rmSync(where, { recursive: true, force: true });
      mkdirSync(where);
      cpSync(shared, join(where, "shared"), { recursive: true });
      for (const n of NODES) rooms[n]?.keep(where);
    },
    back: (i) => {
      const where = join(kept, String(i));
      for (const n of NODES) rooms[n]?.reset(where);
      rmSync(shared, { recursive: true });
      cpSync(join(where, "shared"), shared, { recursive: true });
    },
    plan: () => {
      const seen = NODES.map((n) => {
        const facts = corosync.facts(wanted, n) as Facts;
        const answers = (rooms[n] as Room).runAll(Object.values(facts).map((f) => f.command));
        const values = Object.entries(facts).map(([k, f], i) => [k, f.parse(answers[i] as Answer)]);
        return [n, Object.fromEntries(values)];
      });
      return corosync.plan(wanted, Object.fromEntries(seen));
    },
    run: (step) => {
      const answer = (rooms[step.node] as Room).run(step.command);
      publish(step.node);
      return answer;
    },
    end: () =>
      NODES.map((n) => ({
        written: Object.fromEntries(
          Object.entries((rooms[n] as Room).written()).filter(([f]) => /^\/(etc|run)\//.test(f)),
        ),
        runs: ["conf", "key"].map((f) => readFileSync(at(n, f)).toString("base64")),
        units: ["corosync", "pacemaker", "corosync.enabled", "pacemaker.enabled"].map((f) => existsSync(at(n, f))),
        held: readFileSync(join(shared, "cib.xml"), "utf8").includes("qvd-ha-hold"),
      })),
    check: () => {
      const disturbed = join(shared, "disturbed");
      if (existsSync(disturbed)) throw new Error(readFileSync(disturbed, "utf8"));
      const held = readFileSync(join(shared, "cib.xml"), "utf8").includes("qvd-ha-hold-maintenance-mode");
      const both = NODES.every((n) => existsSync(at(n, "pacemaker")));
      const deaf = spawnHears() === false;
      if (existsSync(join(shared, "service")) && both && deaf && !held)
        throw new Error("the nodes do not hear one another: one would be fenced");
      if (oneUp && !NODES.some((n) => existsSync(at(n, "pacemaker")))) throw new Error("both nodes are down");
      for (const n of NODES) {
        // The key is nowhere but where it belongs.
        const key = Buffer.from(wanted.authkey, "base64").toString();
        expect((rooms[n] as Room).holding(key).filter((f) => f !== "/etc/corosync/authkey")).toEqual([]);
      }
    },
  };
}

function spawnHears(): boolean {
  try {
    execFileSync("bash", ["-c", `. ${join(__dirname, "standins/cluster/pair")}; hear`], {
      env: { ...process.env, SHARED: shared },
    });
    return true;
  } catch {
    return false;
  }
}

/** A pair that serves on its first node, formed by the same plans. */
const serving = (before: Spec) => (): void => {
  converge(stage(before, () => undefined));
  writeFileSync(join(shared, "service"), "qvddb1");
};

describe("replanned after every number of steps", () => {
  test("a pair that is formed: nothing starts before its configuration and key are there", () => {
    const steps = everyPrefix(
      stage(spec(), () => undefined),
      ["as planned"],
    );
    expect(steps.length).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ["a value that is reloaded", { token: 4000 }, 5],
    ["the key", { authkey: Buffer.alloc(256, 9).toString("base64") }, 5],
    ["the name, one node after the other", { clusterName: "other" }, 7],
    [
      "one ring's addresses",
      {
        nodes: {
          qvddb1: { nodeId: 1, ring0: "172.20.64.91", ring1: "192.168.7.91" },
          qvddb2: { nodeId: 2, ring0: "172.20.64.92", ring1: "192.168.7.92" },
        },
      },
      7,
    ],
    ["the port, both at once", { port: 5505 }, 7],
  ])("on a pair that serves: %s", (_, more, least) => {
    const steps = everyPrefix(stage(spec(more), serving(spec()), !("port" in more)), ["as planned"]);
    expect(steps.length).toBeGreaterThanOrEqual(least);
  });
});

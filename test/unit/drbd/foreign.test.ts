import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drbd } from "../../../providers/drbd";
import { parseDump } from "../../../providers/drbd/foreign";
import type { AllSeen, DrbdSeen } from "../../../providers/drbd/read";
import type { Spec } from "../../../providers/drbd/spec";
import { inUse, spec } from "./samples";

// Proves that a resource which somebody configured by hand is compared by what it means. The dump is drbdadm-84's own; that a kernel runs it so is test/e2e's.

const DUMP = readFileSync(join(__dirname, "recorded", "dump-8.4-by-hand"), "utf8");
const GLOBAL = "global { usage-count no; }\ncommon { net { protocol C; } }\n";

/** What the module shows beside what is configured. */
const running = {
  options: {},
  net: { "after-sb-0pri": "disconnect", "after-sb-1pri": "disconnect", "after-sb-2pri": "disconnect" },
  disk: { "c-min-rate": "250k", "c-max-rate": "102400k", "c-fill-target": "100s" },
};

/** Says what the file says. */
const wanted = (more: object = {}): Spec =>
  spec({
    minimumRate: "250K",
    fillTarget: "50K",
    startup: { wfcTimeoutSeconds: 0, degradedWfcTimeoutSeconds: 0 },
    options: { handlers: { "fence-peer": "/usr/lib/drbd/crm-fence-peer.sh" } },
    ...more,
  });

function seen(dump = DUMP, more: Partial<DrbdSeen> = {}): AllSeen {
  const foreign = parseDump(dump, "postgres");
  const node = (n: string): DrbdSeen => ({
    ...inUse(n, { global: GLOBAL, resource: "somebody else's", ...(foreign ? { foreign } : {}) }),
    running,
    cluster: { pacemaker: true, managed: true },
    ...more,
  });
  return { qvddb1: node("qvddb1"), qvddb2: node("qvddb2") };
}

const reasons = (s: Spec, at: AllSeen): string[] =>
  drbd
    .plan(s, at)
    .stages.flat()
    .map((x) => `${x.node}: ${x.reason}`);

describe("a resource configured by hand", () => {
  it("is left alone where it means the same", () => {
    expect(reasons(wanted(), seen())).toEqual([]);
    expect(drbd.live(wanted(), seen())).toEqual(wanted());
  });

  it("is rewritten where one value differs, and its metadata and file system are kept", () => {
    const all = reasons(wanted({ minimumRate: "10M" }), seen());
    expect(all).toEqual(
      ["qvddb1", "qvddb2"].flatMap((n) => [
        `${n}: /etc/drbd.d/postgres.res is not as wanted`,
        `${n}: running options differ: c-min-rate`,
      ]),
    );
  });

  it.each([
    ["another secret", { sharedSecret: "another-secret" }, "sharedSecret"],
    ["another algorithm", { verifyAlgorithm: "sha1" }, "verifyAlgorithm"],
    ["another port", { port: 7790 }, "port"],
    ["no wait", { startup: { wfcTimeoutSeconds: 5, degradedWfcTimeoutSeconds: 0 } }, "startup"],
  ])("shows %s as a difference", (_what, more, property) => {
    const s = wanted(more);
    const live = drbd.live(s, seen()) as unknown as Record<string, unknown>;
    expect(live[property]).not.toEqual((s as unknown as Record<string, unknown>)[property]);
    expect(reasons(s, seen()).length).toBeGreaterThan(0);
  });

  it("keeps the global file unless the resource would inherit from it what it does not say itself", () => {
    const greedy = seen(DUMP, {
      files: {
        global: "common { net { max-buffers 8000; } }",
        resource: "x",
        foreign: parseDump(DUMP, "postgres") as never,
      },
    });
    expect(reasons(wanted(), greedy)).toEqual(
      ["qvddb1", "qvddb2"].map((n) => `${n}: /etc/drbd.d/global_common.conf is not as wanted`),
    );
  });

  it("takes what it inherits for its own", () => {
    const dump = DUMP.replace("protocol           C;", "protocol           A;");
    expect(drbd.live(wanted(), seen(dump))?.protocol).toBe("A");
  });

  it("is never moved to another file behind the back of the one that has it", () => {
    const elsewhere = seen(DUMP.replaceAll("/etc/drbd.d/postgres.res", "/etc/drbd.conf"));
    expect(reasons(wanted(), elsewhere)).toEqual([]);
    expect(() => drbd.plan(wanted({ minimumRate: "10M" }), elsewhere)).toThrow(/configured in \/etc\/drbd.conf/);
  });

  it("knows no resource of another name", () => expect(parseDump(DUMP, "other")).toBeUndefined());
});

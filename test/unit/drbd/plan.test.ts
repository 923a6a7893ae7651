import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drbd } from "../../../providers/drbd";
import type { AllSeen, DrbdSeen } from "../../../providers/drbd/read";
import { GLOBAL_TEXT, renderResource } from "../../../providers/drbd/render";
import type { Spec } from "../../../providers/drbd/spec";
import type { Plan } from "../../../providers/step";
import { blank, inUse, paths, spec } from "./samples";

/** Starting points of the cases; a case changes them by node. */
const STARTS: Record<string, (s: Spec) => AllSeen> = {
  blank: () => ({ qvddb1: blank("qvddb1"), qvddb2: blank("qvddb2") }),
  done: (s) => {
    const files = { global: GLOBAL_TEXT, resource: renderResource(s, "8.4", paths) };
    return { qvddb1: inUse("qvddb1", files), qvddb2: inUse("qvddb2", files) };
  },
};

interface Case {
  readonly name: string;
  readonly spec?: object;
  readonly start: string;
  /** By node: facts to replace, and under "disk" properties of its disk; null takes one away. */
  readonly seen?: Record<string, Record<string, object | null | boolean | string> & { disk?: object }>;
  readonly operation?: "remove";
  /** Stages: "node: reason [danger object]". */
  readonly plan?: readonly (readonly string[])[];
  /** What every line of the refusal has, in order. */
  readonly refused?: readonly string[];
}

function seenOf(c: Case, s: Spec): AllSeen {
  const start = (STARTS[c.start] as (s: Spec) => AllSeen)(s);
  const change = (n: string, v: DrbdSeen): DrbdSeen => {
    const { disk, ...facts } = c.seen?.[n] ?? {};
    const merged = Object.fromEntries(
      Object.entries(facts).map(([k, x]) => {
        const was = (v as Record<string, unknown>)[k];
        return [k, x === null ? undefined : typeof x === "object" && was ? { ...was, ...x } : x];
      }),
    );
    const found = v.disks.found.map((d) => {
      const entries = Object.entries({ ...d, ...disk }).filter(([, x]) => x !== null);
      return Object.fromEntries(entries) as unknown as typeof d;
    });
    return { ...v, disks: { ...v.disks, found }, ...merged } as DrbdSeen;
  };
  return Object.fromEntries(Object.entries(start).map(([n, v]) => [n, change(n, v)]));
}

const shown = (p: Plan): string[][] =>
  p.stages.map((stage) => stage.map((x) => [`${x.node}: ${x.reason}`, x.danger, x.object].filter(Boolean).join(" | ")));

const cases = readdirSync(join(__dirname, "plans")).flatMap(
  (f) => JSON.parse(readFileSync(join(__dirname, "plans", f), "utf8")) as Case[],
);

describe("the plan", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
    const s = spec(c.spec);
    const seen = seenOf(c, s);
    const make = () => (c.operation === "remove" ? drbd.remove(s, seen) : drbd.plan(s, seen));
    if (c.refused) {
      let message = "";
      try {
        make();
      } catch (e) {
        message = (e as Error).message;
      }
      const said = message
        .split("\n")
        .filter((l) => l.startsWith("- "))
        .concat(c.operation ? [message] : []);
      expect(said).toHaveLength(c.refused.length);
      c.refused.forEach((part, i) => expect(said[i]).toContain(part));
      return;
    }
    expect(shown(make())).toEqual(c.plan);
    if (c.plan?.length === 0) expect(make().why).not.toBe("");
  });

  it("makes the file system without touching the rest of the disk", () => {
    const s = spec();
    const all = drbd.plan(s, STARTS.blank?.(s) as AllSeen).stages.flat();
    const mkfs = all.map((x) => x.command.script.text).filter((t) => t.includes("mkfs"));
    expect(mkfs).toEqual([expect.stringMatching(/mkfs\.xfs .*-K /)]);
  });

  it("forces nothing, and puts no secret where it could be read", () => {
    const s = spec();
    const all = drbd.plan(s, STARTS.blank?.(s) as AllSeen).stages.flat();
    for (const x of all) {
      expect(x.command.script.text).not.toContain("--force");
      expect(x.command.script.text).not.toMatch(/mkfs\S* (-\S+ )*-f/);
      expect(JSON.stringify(x)).not.toContain(s.sharedSecret);
    }
    expect(all.filter((x) => x.reason.includes("postgres.res")).map((x) => x.command.script.text)).toEqual([
      expect.stringContaining("chmod 0600"),
      expect.stringContaining("chmod 0600"),
    ]);
  });
});

describe("live", () => {
  it("is the known spec on nodes that are as wanted, and nothing where no file is", () => {
    const s = spec();
    expect(drbd.live(s, STARTS.done?.(s) as AllSeen)).toEqual(s);
    expect(drbd.live(s, STARTS.blank?.(s) as AllSeen)).toBeUndefined();
  });

  it("shows the node that differs, whichever it is", () => {
    const s = spec();
    const seen = STARTS.done?.(s) as AllSeen;
    const two = seen.qvddb2 as DrbdSeen;
    const text = (two.files.resource as string).replace("c-max-rate 100M", "c-max-rate 1M");
    expect(drbd.live(s, { ...seen, qvddb2: { ...two, files: { ...two.files, resource: text } } })).toEqual({
      ...s,
      rate: "1M",
    });
  });

  it("shows an option that was changed in the running module only", () => {
    const s = spec();
    const seen = STARTS.done?.(s) as AllSeen;
    const one = { ...(seen.qvddb1 as DrbdSeen), running: { options: {}, disk: {}, net: { "verify-alg": "md5" } } };
    expect(drbd.live(s, { ...seen, qvddb1: one })).toEqual({ ...s, verifyAlgorithm: "md5" });
  });
});

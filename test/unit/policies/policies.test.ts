import { Secret, unknownCheckingProxy } from "@pulumi/policy";
import type { AnyPolicy, Resource } from "../../../policies/policy";
import { NotKnown } from "../../../policies/policy";
import { plain } from "../../../policies/resource";
import { rules } from "../../../policies/rules";
import type { Case } from "./cases";
import { build, cases } from "./cases";

// Proves what each policy says of inputs as the engine shows them, and that each has inputs that break it and inputs that pass.
// That the engine asks the policies, and heeds them, is proven by test/offline/policies.

/* eslint-disable @typescript-eslint/no-explicit-any -- paths into plain JSON */
/** Secrets as a policy meets them: marked for one, opened for the others. */
function open(value: any, mark: (v: unknown) => unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((v) => open(v, mark));
  if (Object.keys(value).join() === "secret") return mark(value.secret);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, open(v, mark)]));
}

const resources = (all: Record<string, any>, mark: (v: unknown) => unknown): Resource[] =>
  Object.entries(all).map(([name, { type, props, protect = false }]) => ({
    type,
    name,
    urn: `urn:${name}`,
    props: plain(unknownCheckingProxy(open(props, mark))) as Record<string, unknown>,
    protect,
  }));

function judge(policy: AnyPolicy, c: Case): readonly string[] {
  const config = c.config ?? {};
  const all = build(c);
  if ("judgeMarks" in policy)
    return resources(all, (v) => new Secret(v)).flatMap((r) => policy.judgeMarks(r.type, r.props));
  const opened = resources(all, (v) => v);
  return "judgeStack" in policy
    ? policy.judgeStack(opened, config).map((v) => v.message)
    : opened.filter((r) => policy.types.includes(r.type)).flatMap((r) => policy.judge(r, config));
}

describe.each(rules.map((p) => [p.name, p] as const))("%s", (name, policy) => {
  const mine = cases.filter((c) => c.policy === name);

  it.each(mine.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    if (c.waits !== undefined) {
      expect(() => judge(policy, c)).toThrow(NotKnown);
      expect(() => judge(policy, c)).toThrow(`${c.waits} of`);
      return;
    }
    const found = [...judge(policy, c)].sort();
    expect(found).toEqual([...(c.says ?? [])].sort().map((words) => expect.stringContaining(words)));
    // A violation is read by everybody who reads the preview.
    for (const secret of ['"key"', "a2V5", '"pw"', '"shared"']) expect(found.join()).not.toContain(secret);
  });

  it("has a case that breaks it and one that passes", () => {
    expect(mine.some((c) => c.says)).toBe(true);
    expect(mine.some((c) => !c.says && !c.waits)).toBe(true);
  });
});

it("has no case of a policy that is not there", () => {
  expect(cases.filter((c) => !rules.some((r) => r.name === c.policy))).toEqual([]);
});

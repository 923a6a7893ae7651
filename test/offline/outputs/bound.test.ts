import type { SettingsInput } from "../../../components/config";
import { parse } from "../../../components/config";
import { failoverBound } from "../../../components/failoverBound";
import valid from "../../unit/config/valid.json";
import { Stack } from "../policies/stack";

// Proves with Pulumi's real engine and the real program that a changed timer shows the new bound in a preview, beside the one that was deployed, and that one beyond what
// QVD endures is refused there. The machines are not asked; which timers count is test/unit/pacemaker/bound's.

const input = valid as unknown as SettingsInput;
const boundOf = (more: object): { total: number; terms: { what: string; seconds: number }[] } => {
  const { total, terms } = failoverBound(parse({ ...input, ...more }));
  return { total, terms: terms.map(({ what, seconds }) => ({ what, seconds })) };
};

describe("a preview", () => {
  let stack: Stack;
  const preview = (more: object): string => {
    // Nobody listens there: a preview that would ask the machines is told so at once.
    const nodes = valid.nodes.map((n) => ({ ...n, ssh: { ...n.ssh, host: "127.0.0.1", port: 1 } }));
    const config = Object.entries({ ...valid, nodes, ...more }).map(([key, value]) => [`qvd-ha:${key}`, value]);
    stack.configure(Object.fromEntries(config), { sshPrivateKey: "key", databasePassword: "given-password" });
    const bound = boundOf({});
    stack.deployed({ bound, worstCaseFailoverSeconds: bound.total });
    return stack.preview({ all: "disabled" }).text;
  };

  beforeAll(() => {
    // Its directory is two below the checkout's.
    stack = new Stack({ project: JSON.stringify({ name: "qvd-ha", runtime: "nodejs", main: "../.." }) });
  }, 60_000);
  afterAll(() => stack.remove());

  it("has no word on the bound where no timer has changed", () => {
    const text = preview({});
    expect(text).toContain("Outputs:");
    expect(text).not.toContain("=>");
  }, 180_000);

  it("shows the new bound, its sum and the part that has changed, for a timer", () => {
    const timers = { postgres: { start: 42 } };
    const [before, after] = [boundOf({}).total, boundOf({ timers }).total];
    expect(after).toBe(before + 12);
    const text = preview({ timers });
    expect(text).toMatch(new RegExp(`~ worstCaseFailoverSeconds: ${before} => ${after}\\n`));
    expect(text).toMatch(new RegExp(`~ total: ${before} => ${after}\\n`));
    expect(text).toMatch(/~ seconds: 30 => 42\n/);
  }, 180_000);

  it("refuses a timer by which QVD would give up before", () => {
    const text = preview({ timers: { postgres: { start: 120 } } });
    expect(text).toContain("a failover may take 415 s, and QVD gives up after 390 s");
    expect(text).not.toContain("Outputs:");
  }, 180_000);
});

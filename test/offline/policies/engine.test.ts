import { join } from "node:path";
import { rules } from "../../../policies/rules";
import valid from "../../unit/config/valid.json";
import type { Case } from "../../unit/policies/cases";
import { build, cases } from "../../unit/policies/cases";
import type { Preview } from "./stack";
import { Stack } from "./stack";

// Proves with Pulumi's real engine that the pack is asked and heeded: every policy refuses or passes as it says, the real program passes, and a configuration that
// the program accepts is refused where a policy forbids it. What each policy finds in detail is proven by test/unit/policies. Nothing is deployed.

const BACKUPS = { backups: { madeBy: "pgBackRest on backup1, every night" } };

describe("given resources", () => {
  let stack: Stack;
  beforeAll(() => (stack = new Stack({ copy: join(__dirname, "program") })), 60_000);
  afterAll(() => stack.remove());

  const preview = (config: unknown, ...changes: readonly Case[]): Preview =>
    stack.preview(config, { GIVEN_RESOURCES: JSON.stringify(build(...changes)) });

  it("pass as they should be", () => {
    const { status, text } = preview(BACKUPS);
    expect(text).toMatch(/✅ qvd-ha@v/);
    expect(status).toBe(0);
  }, 180_000);

  it("break every policy at once, each in its own words", () => {
    const names = rules.map((r) => r.name);
    const breaking = names.map((name) => cases.find((c) => c.policy === name && c.says) as Case);
    const { status, text } = preview({ all: "mandatory", "secrets-secret": "remediate" }, ...breaking);
    for (const c of breaking) {
      expect(text).toMatch(new RegExp(`\\[mandatory\\]\\s+${c.policy} `));
      for (const words of c.says ?? []) expect(text).toContain(words);
    }
    expect(status).not.toBe(0);
  }, 180_000);

  it("are advised of backups that nobody makes, and not refused", () => {
    const { status, text } = preview({});
    expect(text).toMatch(/\[advisory\]\s+backups /);
    expect(status).toBe(0);
  }, 180_000);

  it("are not judged by what a preview does not know, and it is said", () => {
    const waiting = cases.filter((c) => c.waits && ["no-trust", "failover-bound"].includes(c.policy));
    expect(waiting).toHaveLength(2);
    const { status, text } = preview(BACKUPS, ...waiting);
    for (const { policy, waits } of waiting)
      expect(text).toMatch(
        new RegExp(`can't run policy '${policy}' .*${waits?.replace(/[.]/g, "[.]")} can't be known during preview`),
      );
    expect(status).toBe(0);
  }, 180_000);

  it("are refused where the marks of secrets cannot be seen", () => {
    const { status, text } = preview({ ...BACKUPS, "secrets-secret": "mandatory" });
    expect(text).toContain("this policy works with the level remediate");
    expect(status).not.toBe(0);
  }, 180_000);
});

describe("the program on existing machines", () => {
  let stack: Stack;
  const config = (changes: Record<string, unknown> = {}): unknown =>
    Object.fromEntries(
      Object.entries({
        ...valid,
        // Nobody listens there: a preview that would ask the machines is told so at once.
        nodes: valid.nodes.map((n) => ({ ...n, ssh: { ...n.ssh, host: "127.0.0.1", port: 1 } })),
        ...changes,
      }).map(([key, value]) => [`qvd-ha:${key}`, value]),
    );
  const configure = (changes?: Record<string, unknown>): void =>
    stack.configure(config(changes), { sshPrivateKey: "key", databasePassword: "given-password" });

  beforeAll(() => {
    // Its directory is two below the checkout's.
    stack = new Stack({ project: JSON.stringify({ name: "qvd-ha", runtime: "nodejs", main: "../.." }) });
  }, 60_000);
  afterAll(() => stack.remove());

  it("keeps to every policy", () => {
    configure();
    const { status, text } = stack.preview(BACKUPS);
    expect(text).toMatch(/✅ qvd-ha@v/);
    expect(text).toMatch(/\+ \d+ to create/);
    expect(text).not.toContain("given-password");
    expect(status).toBe(0);
  }, 180_000);

  it("is refused where its own configuration consents to what a policy forbids", () => {
    const nodes = valid.nodes.map(({ crossover: _crossover, ...n }) => ({
      ...n,
      ssh: { ...n.ssh, host: "127.0.0.1", port: 1 },
    }));
    configure({ nodes, corosync: { oneRing: true }, dataPolicy: "destroy" });
    const { status, text } = stack.preview(BACKUPS);
    expect(text).toMatch(/\[mandatory\]\s+two-rings .*qvddb-ring-membership/);
    expect(text).toMatch(/\[mandatory\]\s+data-protected .*qvddb-drbd-replication/);
    expect(text).not.toMatch(/\[mandatory\]\s+(fencing|encryption|no-trust|secrets-secret|failover-bound) /);
    expect(status).not.toBe(0);
  }, 180_000);
});
